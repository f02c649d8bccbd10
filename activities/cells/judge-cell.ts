import type { ResultStore } from '../../results/store.js';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { Row } from '../../suite/hardware/measurement.js';
import {
  type AttemptContext,
  type Judgement,
  judgeTransport,
  type RankEvidence,
  readRows,
} from '../../suite/judge/judge.js';
import { type InferenceJudgement, judgeInference } from '../../suite/judge/judge-inference.js';
import type { RankRecord } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import type { ActivityContext } from '../context/context.js';
import type { Deployed } from '../dynamo/dynamo-deployment.js';
import type { LoadOutcome } from '../load/load.js';
import type { InferenceCellDefinition } from './cell-definition.js';

/**
 * Judgement of an attempt, for workflows. It has no rows, which `recordCell` reads from the evidence, except when the
 * attempt has no evidence or an earlier version of the worker made the judgement.
 */
export type AttemptJudgement = Omit<Judgement, 'rows'> & { readonly rows?: readonly Row[] };

export function judgeCellActivities(context: ActivityContext) {
  return {
    /** Judges an attempt at a transport cell from its stored evidence. */
    async judgeAttempt(input: {
      run: Run;
      test: TransportTestSpec;
      ranks: readonly RankRecord[];
      circumstances: AttemptContext;
    }): Promise<AttemptJudgement> {
      const { run, test, ranks, circumstances } = input;
      const evidence = await readEvidence(context.store, run, ranks);
      const { rows: _, ...judgement } = judgeTransport(test, evidence, circumstances);
      return judgement;
    },

    /** Judges an attempt at an inference cell from its stored evidence. */
    async judgeLoadRun(input: {
      run: Run;
      cell: InferenceCellDefinition;
      deployed: Deployed;
      outcome: LoadOutcome;
    }): Promise<InferenceJudgement> {
      const { run, cell, deployed, outcome } = input;
      const log = await context.store.readLog(run.workflowId, outcome.log.path);
      const { engine, resources, transfer } = cell.dynamo;
      return judgeInference(
        cell.test,
        cell.point,
        { ...outcome, log },
        {
          simulated: isSimulatedEngine(engine.kind),
          efa: resources.efa > 0,
          bytesPerToken: deployed.kv?.bytesPerToken,
          kvUnknown: deployed.kvUnknown,
          transferBackend: transfer.backend,
        },
      );
    },
  };
}

/** Reads the rows of an attempt from its stored evidence. */
export async function rowsOf(
  store: ResultStore,
  run: Run,
  test: TransportTestSpec,
  ranks: readonly RankRecord[],
): Promise<readonly Row[]> {
  return readRows(test, await readEvidence(store, run, ranks));
}

function readEvidence(store: ResultStore, run: Run, ranks: readonly RankRecord[]): Promise<RankEvidence[]> {
  return Promise.all(ranks.map(async (rank) => ({ ...rank, log: await store.readLog(run.workflowId, rank.log.path) })));
}
