import { CancellationScope } from '@temporalio/workflow';
import type { InferenceCellDefinition } from '../../activities/cells/cell-definition.js';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Deployed } from '../../activities/dynamo/dynamo-deployment.js';
import type { LoadOutcome } from '../../activities/load/load.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import { unmeasured } from '../../suite/judge/judgement.js';
import type { Run } from '../../suite/run/run.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatDuration } from '../../suite/units/units.js';
import { FAILURES } from '../../suite/verdict/failure.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { runToken } from '../common/run-token.js';
import { inSpan } from '../common/spans.js';
import { resultOf } from '../common/step-result.js';
import { pointTitle } from '../common/titles.js';

/** Input of a load point. */
export interface LoadPointInput extends InferenceCellDefinition {
  readonly run: Run;
  readonly spec: Pick<SuiteSpec, 'cluster' | 'timeouts' | 'maxAttempts'> & {
    /** Undefined in inputs of earlier versions. */
    readonly fabric?: SuiteSpec['fabric'];
  };
  readonly deployed: Deployed;
  /** Result of `isBounded`. */
  readonly isBounded: boolean;
}

/** Picks the definition of a cell from the input of its test. */
export function definitionOf(input: Omit<InferenceCellDefinition, 'point'>, point: LoadPoint): InferenceCellDefinition {
  const { dynamo, test, pair, fabric } = input;
  return { dynamo, test, point, pair, fabric };
}

/** Loads the deployment at one point and records the result. Retries when the load lost the deployment. */
export async function measureLoadPoint(
  input: LoadPointInput,
  report: (step: string) => Promise<void>,
): Promise<CellSummary> {
  const { run, spec, test, deployed, point } = input;
  const cell = definitionOf(input, point);
  const startedAt = new Date().toISOString();
  for (let attempts = 1; ; attempts++) {
    await report(`${test.name}: ${pointTitle(point)}, attempt ${attempts}`);
    let outcome: LoadOutcome | undefined;
    const judged = await inSpan('attempt', { test: test.name, ...point, cellAttempt: attempts }, () =>
      resultOf(async () => {
        outcome = await runLoad(input, attempts);
        return shortActivities.judgeLoadRun({ run, cell, deployed, outcome });
      }),
    );
    const judgement: InferenceJudgement = judged.ok ? judged.value : unmeasured(judged.failure);
    const again = judgement.failure && FAILURES[judgement.failure.class].retry === 'rendezvous';
    if (again && attempts < spec.maxAttempts) continue;
    return shortActivities.recordLoadCell({ run, cell, deployed, judgement, outcome, attempts, startedAt });
  }
}

async function runLoad(input: LoadPointInput, attempt: number): Promise<LoadOutcome> {
  const { run, spec, dynamo, test, pair, deployed, point } = input;
  const { podStart, unschedulable } = spec.timeouts;
  const token = runToken(input.isBounded);
  try {
    return await longActivities(podStart + test.timeout).runLoad.executeWithOptions(
      { summary: `${pointTitle(point)}, at most ${formatDuration(test.timeout)}` },
      [
        {
          run,
          dynamo,
          fabric: spec.fabric,
          test,
          point,
          url: deployed.url,
          nodes: [pair.node1, pair.node2],
          cluster: spec.cluster,
          podStart,
          unschedulable,
          attempt,
          token,
          folder: `${test.name}/c${point.concurrency}-r${point.repetition}-a${attempt}-${token}`,
        },
      ],
    );
  } finally {
    await CancellationScope.nonCancellable(() => shortActivities.removeLoad({ run, test, point, attempt, token }));
  }
}
