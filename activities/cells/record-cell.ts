import { isInferenceCell } from '../../results/records/any-cell.js';
import { findCell } from '../../results/records/cells.js';
import { saveCell } from '../../results/records/run-cells.js';
import { findStartedRun } from '../../results/records/runs.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import type { InferenceCell } from '../../suite/record/inference-record.js';
import { provenanceOf } from '../../suite/record/provenance.js';
import { type AttemptRecord, RECORD_VERSION, type TransportCell } from '../../suite/record/record.js';
import { rankNodes } from '../../suite/run/rank-nodes.js';
import type { Run } from '../../suite/run/run.js';
import { redactJson } from '../../suite/secrets/redact.js';
import { gpusOfWorker } from '../../suite/spec/rank-resources.js';
import type { ActivityContext } from '../context/context.js';
import type { Deployed } from '../dynamo/dynamo-deployment.js';
import type { LoadOutcome } from '../load/load.js';
import type { CellDefinition, InferenceCellDefinition } from './cell-definition.js';
import { cellKey, hashOf, inferenceCellKey } from './cell-key.js';
import { type CellSummary, summaryOf } from './cell-summary.js';
import { type AttemptJudgement, rowsOf } from './judge-cell.js';

export function recordCellActivities(context: ActivityContext) {
  return {
    /**
     * Records a transport cell, which completes it. Appends its attempts to those that are already recorded.
     *
     * @param input.judgement judgement of the last attempt. If it has no rows, they are read from the evidence
     */
    async recordCell(input: {
      run: Run;
      cell: CellDefinition;
      seed: number;
      judgement: AttemptJudgement;
      attempts: readonly AttemptRecord[];
    }): Promise<CellSummary> {
      const { run, cell, seed, judgement, attempts } = input;
      const { test, variant, warmUp, repetition, pair } = cell;
      const key = cellKey(cell);
      const ranks = attempts.at(-1)?.ranks ?? [];
      const [before, started, rows] = await Promise.all([
        context.store.use((kysely) => findCell(kysely, run.workflowId, key)),
        context.store.use((kysely) => findStartedRun(kysely, run.workflowId)),
        judgement.rows ?? rowsOf(context, run, test, ranks),
      ]);
      const groups = new Set(attempts.map(({ group }) => group));
      const earlier = before && !isInferenceCell(before.cell) ? before.cell.attempts : [];
      const record: TransportCell = {
        ...judgement,
        rows,
        version: RECORD_VERSION,
        kind: 'transport',
        key,
        test: test.name,
        ...(variant ? { variant } : {}),
        repetition,
        ...(warmUp ? { warmUp } : {}),
        parameters: test,
        ...(started
          ? {
              provenance: provenanceOf({
                specHash: hashOf(started.spec),
                seed,
                setup: started.setup,
                ranks,
                pod: cell.settings.pod,
              }),
            }
          : {}),
        nodes: Object.values(rankNodes(test, pair)),
        attempts: [...earlier.filter(({ group }) => !groups.has(group)), ...attempts],
        ...recordedBy(run),
      };
      return save(run, record);
    },

    /** Records an inference cell, which completes it. */
    async recordLoadCell(input: {
      run: Run;
      cell: InferenceCellDefinition;
      deployed: Deployed;
      judgement: InferenceJudgement;
      outcome?: LoadOutcome | undefined;
      attempts: number;
      startedAt: string;
    }): Promise<CellSummary> {
      const { run, cell, deployed, judgement, outcome, attempts, startedAt } = input;
      const { pair, dynamo } = cell;
      const { replicas, resources } = dynamo;
      const record: InferenceCell = {
        ...judgement,
        version: RECORD_VERSION,
        kind: 'inference',
        key: inferenceCellKey(cell),
        test: cell.test.name,
        ...cell.point,
        nodes: [pair.node1, pair.node2],
        attempts,
        pods: deployed.pods,
        ...(deployed.kv ? { kv: deployed.kv } : {}),
        ...(deployed.answer ? { answer: deployed.answer } : {}),
        ...(deployed.pretendedRate === undefined ? {} : { simulatedRate: deployed.pretendedRate }),
        gpus: (replicas.prefill + replicas.decode) * gpusOfWorker(resources),
        command: outcome?.command ?? [],
        evidence: outcome?.evidence ?? [],
        startedAt,
        ...recordedBy(run),
      };
      return save(run, record);
    },
  };

  async function save(run: Run, record: TransportCell | InferenceCell): Promise<CellSummary> {
    await context.store.write((transaction) => saveCell(transaction, run, redactJson(record)));
    return summaryOf(record, false);
  }
}

function recordedBy({ workflowId, runId }: Run): Pick<TransportCell, 'recordedAt' | 'measuredBy'> {
  return { recordedAt: new Date().toISOString(), measuredBy: { workflowId, runId } };
}
