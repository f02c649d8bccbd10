import type { Activities } from '../../activities/index.js';
import { type LoadCellSummary, loadCellKey } from '../../activities/load/load-records.js';
import type { LoadResult } from '../../suite/aiperf/aiperf.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import type { LoadCell } from '../../suite/record/load-record.js';

type DynamoActivity =
  | 'ensurePlatform'
  | 'deployDynamo'
  | 'storeGraphLogs'
  | 'removeDynamo'
  | 'runLoad'
  | 'removeLoad'
  | 'findLoadCell'
  | 'judgeLoadRun'
  | 'recordLoadCell';

const LOG = { path: 'load.log', sha256: '', bytes: 0 };

/** What AIPerf measured at a load point. */
export const LOAD: LoadResult = {
  version: '0.13.0',
  duration: 10,
  requests: { succeeded: 20, failed: 0 },
  requestsPerSecond: 2,
  outputTokensPerSecond: 20,
  timeToFirstToken: { average: 0.3, p50: 0.3 },
  requestLatency: { average: 1 },
  errors: [],
  complete: true,
};

/** A load point that passed. */
export const LOAD_PASSED: InferenceJudgement = {
  verdict: 'pass',
  reasons: [{ code: 'measured', message: 'measured' }],
  load: LOAD,
};

/**
 * Phase 3 without a cluster.
 *
 * @param note is told every call, in order
 * @param judgements what the attempts are judged as, one after the other; then `LOAD_PASSED`
 */
export function fakeDynamo(
  note: (call: string) => void,
  judgements: InferenceJudgement[],
): Pick<Activities, DynamoActivity> {
  const cells = new Map<string, LoadCell>();
  const summary = (cell: LoadCell, takenOver: boolean) =>
    ({ ...cell, takenOver, timeToFirstToken: cell.load?.timeToFirstToken?.p50 }) as LoadCellSummary;
  return {
    ensurePlatform: async () => {
      note('ensurePlatform');
      return { version: '1.6.1', installed: false };
    },
    deployDynamo: async ({ topology, keep }) => {
      note(`deployDynamo ${topology}${keep ? ' to keep' : ''}`);
      return { name: 'g', url: 'http://g', pods: [], readyAfter: 1 };
    },
    storeGraphLogs: async () => {
      note('storeGraphLogs');
      return [];
    },
    removeDynamo: async () => note('removeDynamo'),
    runLoad: async ({ test, point }) => {
      note(`runLoad ${test.name} c${point.concurrency}`);
      return {
        log: LOG,
        evidence: [LOG],
        command: [],
        imageId: '',
        timedOut: false,
        deleted: false,
        before: [],
        after: [],
      };
    },
    removeLoad: async () => undefined,
    findLoadCell: async ({ cell }) => {
      const found = cells.get(loadCellKey(cell));
      return found && !found.failure ? summary(found, true) : undefined;
    },
    judgeLoadRun: async () => judgements.shift() ?? LOAD_PASSED,
    recordLoadCell: async ({ run, cell, judgement, attempts, startedAt }) => {
      note(
        `recordLoadCell ${cell.test.name} c${cell.point.concurrency} after ${attempts}: ${judgement.failure?.class ?? judgement.verdict}`,
      );
      const key = loadCellKey(cell);
      const recorded: LoadCell = {
        key,
        test: cell.test.name,
        ...cell.point,
        attempts,
        ...judgement,
        pods: [],
        gpus: 2,
        command: [],
        evidence: [],
        startedAt,
        recordedAt: startedAt,
        measuredBy: { workflowId: run.workflowId, runId: run.runId },
      };
      cells.set(key, recorded);
      return summary(recorded, false);
    },
  };
}
