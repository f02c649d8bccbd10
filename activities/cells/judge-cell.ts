import type { PackedText } from '../../results/records/evidence.js';
import type { ResultStore } from '../../results/store.js';
import { engineOf, isSimulatedEngine } from '../../suite/engines/registry.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import { ceilingOf } from '../../suite/hardware/fabric.js';
import type { Row } from '../../suite/hardware/measurement.js';
import type { AttemptContext, Judgement } from '../../suite/judge/judge.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import { nicsOfClaims } from '../../suite/pod/claims.js';
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
      const { rows: _, ...judgement } = await context.logThread.run(
        'judge',
        { test, ranks: ranks.map(withoutLog), context: circumstances },
        () => packedLogs(context.store, run, ranks),
      );
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
      const { log, ...evidence } = outcome;
      const { engine, resources, transfer } = cell.dynamo;
      const kind = fabricKindOf(cell.fabric);
      const nics = resources.nics + nicsOfClaims(resources.claims);
      const hasDevices = nics > 0;
      const { title, transferRecord } = engineOf(engine);
      return context.logThread.run(
        'judgeLoad',
        {
          test: cell.test,
          point: cell.point,
          evidence,
          circumstances: {
            simulated: isSimulatedEngine(engine.kind),
            unchecked: deployed.unchecked ?? [],
            fabricDevices: hasDevices && kind.needsDevices ? kind.devices : undefined,
            events: kind.events,
            bytesPerToken: deployed.kv?.bytesPerToken,
            tokensPerBlock: transfer.tokensPerBlock,
            kvUnknown: deployed.kvUnknown,
            engine: title,
            recordedBy: transferRecord?.role,
            nixlTelemetry: transfer.nixlTelemetry,
            ceiling:
              hasDevices || !kind.needsDevices
                ? ceilingOf(cell.fabric, 'node', kind.visibleNics(cell.fabric, nics))
                : undefined,
            transferBackend: transfer.backend,
          },
        },
        async () => [await context.store.readPackedLog(run.workflowId, log.path)],
      );
    },
  };
}

/** Reads the rows of an attempt from its stored evidence. */
export async function rowsOf(
  { store, logThread }: Pick<ActivityContext, 'store' | 'logThread'>,
  run: Run,
  test: TransportTestSpec,
  ranks: readonly RankRecord[],
): Promise<readonly Row[]> {
  return logThread.run('rows', { test, ranks: ranks.map(withoutLog) }, () => packedLogs(store, run, ranks));
}

function withoutLog({ log: _, ...rank }: RankRecord): Omit<RankRecord, 'log'> {
  return rank;
}

function packedLogs(store: ResultStore, run: Run, ranks: readonly RankRecord[]): Promise<PackedText[]> {
  return Promise.all(ranks.map(({ log }) => store.readPackedLog(run.workflowId, log.path)));
}
