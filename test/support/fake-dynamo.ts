import { inferenceCellKey } from '../../activities/cells/cell-key.js';
import { summaryOf } from '../../activities/cells/cell-summary.js';
import type { Activities } from '../../activities/index.js';
import type { LoadResult } from '../../suite/aiperf/load-result.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import type { InferenceCell } from '../../suite/record/inference-record.js';
import { RECORD_VERSION } from '../../suite/record/record.js';
import type { RunMembers } from './run-members.js';

type DynamoActivity =
  | 'ensurePlatform'
  | 'deployDynamo'
  | 'storeGraphLogs'
  | 'removeDynamo'
  | 'keepDynamo'
  | 'runLoad'
  | 'removeLoad'
  | 'findLoadCell'
  | 'findLoadCells'
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
 * @param members is given the cells of each run
 * @param judgements what the attempts are judged as, one after the other; then `LOAD_PASSED`
 */
export function fakeDynamo(
  note: (call: string) => void,
  judgements: InferenceJudgement[],
  members: RunMembers,
): Pick<Activities, DynamoActivity> {
  const cells = new Map<string, InferenceCell>();
  const find: Activities['findLoadCell'] = async ({ run, cell }) => {
    const found = cells.get(inferenceCellKey(cell));
    if (!found || found.failure) return undefined;
    members.add(run, found);
    return summaryOf(found, true);
  };
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
    keepDynamo: async () => {
      note('keepDynamo');
      return true;
    },
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
    findLoadCell: find,
    findLoadCells: ({ cell, points, ...rest }) =>
      Promise.all(points.map(async (point) => (await find({ ...rest, cell: { ...cell, point } })) ?? null)),
    judgeLoadRun: async () => judgements.shift() ?? LOAD_PASSED,
    recordLoadCell: async ({ run, cell, judgement, attempts, startedAt }) => {
      note(
        `recordLoadCell ${cell.test.name} c${cell.point.concurrency} after ${attempts}: ${judgement.failure?.class ?? judgement.verdict}`,
      );
      const key = inferenceCellKey(cell);
      const recorded: InferenceCell = {
        version: RECORD_VERSION,
        kind: 'inference',
        nodes: [cell.pair.node1, cell.pair.node2],
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
        recordedAt: new Date(Date.now() + 1000).toISOString(),
        measuredBy: { workflowId: run.workflowId, runId: run.runId },
      };
      cells.set(key, recorded);
      members.add(run, recorded);
      return summaryOf(recorded, false);
    },
  };
}
