import { createHash } from 'node:crypto';
import { isSimulatedEngine } from '../../suite/engines/registry.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import { type InferenceJudgement, judgeInference } from '../../suite/judge/judge-inference.js';
import type { LoadCell } from '../../suite/record/load-record.js';
import { canonicalJson } from '../../suite/run/canonical-json.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { formerDynamoKeys } from '../../suite/schema/renamed-keys.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { InferenceSpec, LoadPoint } from '../../suite/spec/inference-tests.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import type { Deployed } from '../dynamo/dynamo-deployment.js';
import type { LoadOutcome } from './load.js';
import { readLoadCell, saveLoadCell } from './load-cells.js';

/** All that defines a cell of phase 3. */
export interface LoadCellDefinition {
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly test: InferenceSpec;
  readonly point: LoadPoint;
  readonly pair: Pair;
  readonly fabric: Fabric;
}

/** What the workflow needs to know of a recorded cell. */
export interface LoadCellSummary extends LoadPoint {
  readonly key: string;
  readonly test: string;
  readonly verdict: InferenceJudgement['verdict'];
  /** Median time to first token in seconds. */
  readonly timeToFirstToken?: number;
  readonly failure?: FailureRecord;
  readonly takenOver: boolean;
}

export function loadRecordActivities(context: ActivityContext) {
  return {
    /**
     * The recorded cell, if it was measured: it is never run again. One of an earlier suite run is taken over with its
     * figures and its evidence.
     *
     * @param input.imageIds digests of the images that run now, as far as they are known: a cell that was measured with others, because a
     *   tag was moved since, is none of this deployment
     */
    async findLoadCell(input: {
      run: Run;
      cell: LoadCellDefinition;
      resumeFrom?: string | undefined;
      imageIds: readonly string[];
    }): Promise<LoadCellSummary | undefined> {
      const { run, cell, resumeFrom, imageIds } = input;
      const { store } = context;
      const key = loadCellKey(cell);
      const counts = (found: LoadCell | undefined): found is LoadCell =>
        found !== undefined && !found.failure && sameImages(found, imageIds);
      const own = await readLoadCell(store, run.workflowId, cell.test.name, key);
      if (counts(own)) {
        await store.linkCellToRun(run, own);
        return summary(own, true);
      }
      const earlier = resumeFrom === undefined ? undefined : await readLoadCell(store, resumeFrom, cell.test.name, key);
      if (!counts(earlier)) return undefined;
      await saveLoadCell(store, run.workflowId, earlier);
      await store.linkCellToRun(run, earlier);
      return summary(earlier, true);
    },

    /** Judges what a load run left. */
    async judgeLoadRun(input: {
      run: Run;
      cell: LoadCellDefinition;
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

    /** Records a cell. From here on it is done, whatever happens. */
    async recordLoadCell(input: {
      run: Run;
      cell: LoadCellDefinition;
      deployed: Deployed;
      judgement: InferenceJudgement;
      outcome?: LoadOutcome | undefined;
      attempts: number;
      startedAt: string;
    }): Promise<LoadCellSummary> {
      const { run, cell, deployed, judgement, outcome, attempts, startedAt } = input;
      const { replicas, resources } = cell.dynamo;
      const record: LoadCell = {
        key: loadCellKey(cell),
        test: cell.test.name,
        ...cell.point,
        attempts,
        ...judgement,
        pods: deployed.pods,
        ...(deployed.kv ? { kv: deployed.kv } : {}),
        ...(deployed.pretendedRate === undefined ? {} : { pretendedRate: deployed.pretendedRate }),
        gpus: (replicas.prefill + replicas.decode) * resources.gpu,
        command: outcome?.command ?? [],
        evidence: outcome?.evidence ?? [],
        startedAt,
        recordedAt: new Date().toISOString(),
        measuredBy: { workflowId: run.workflowId, runId: run.runId },
      };
      await saveLoadCell(context.store, run.workflowId, record);
      await context.store.linkCellToRun(run, record);
      return summary(record, false);
    },
  };
}

/**
 * SHA-256 of a cell's definition. What only says how to treat the result, how long to wait, or how the platform came
 * there, is no part of it.
 */
export function loadCellKey({ dynamo, test, point, pair, fabric }: LoadCellDefinition): string {
  const { platform, name, readyTimeout, removalTimeout, keep, ...cluster } = dynamo;
  const { required, onFailure, control, concurrency, repetitions, timeout, ...load } = test;
  return createHash('sha256')
    .update(canonicalJson({ cluster: formerDynamoKeys(cluster), load, point, pair, fabric }))
    .digest('hex');
}

/** Of what no digest is known, nothing can be said. */
function sameImages({ pods }: LoadCell, imageIds: readonly string[]): boolean {
  const known = (ids: readonly string[]) => [...new Set(ids.filter(Boolean))].sort().join();
  const before = known(pods.map(({ imageId }) => imageId));
  const now = known(imageIds);
  return before === now || before === '' || now === '';
}

function summary(cell: LoadCell, takenOver: boolean): LoadCellSummary {
  const { key, test, concurrency, repetition, verdict, failure, load } = cell;
  const first = load?.timeToFirstToken?.p50 ?? load?.timeToFirstToken?.average;
  return {
    key,
    test,
    concurrency,
    repetition,
    verdict,
    takenOver,
    ...(first === undefined ? {} : { timeToFirstToken: first }),
    ...(failure ? { failure: failure as FailureRecord } : {}),
  };
}
