import { CancellationScope } from '@temporalio/workflow';
import type { Deployed } from '../../activities/dynamo/dynamo-deployment.js';
import type { LoadOutcome } from '../../activities/load/load.js';
import type { LoadCellDefinition, LoadCellSummary } from '../../activities/load/load-records.js';
import type { InferenceJudgement } from '../../suite/judge/judge-inference.js';
import type { Run } from '../../suite/run/run.js';
import type { LoadPoint } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatDuration } from '../../suite/units/units.js';
import { FAILURES } from '../../suite/verdict/failure.js';
import { longActivities, shortActivities } from '../shared/activity-options.js';
import { failureOf } from '../shared/failures.js';
import { runToken } from '../shared/run-token.js';
import { pointTitle } from '../shared/titles.js';

/** What a point of a sweep is measured with. */
export interface LoadPointInput extends LoadCellDefinition {
  readonly run: Run;
  readonly spec: Pick<SuiteSpec, 'cluster' | 'timeouts' | 'maxAttempts'>;
  readonly deployed: Deployed;
}

/** Of all that defines a cell of phase 3, what its test and its point say. */
export function definitionOf(input: Omit<LoadCellDefinition, 'point'>, point: LoadPoint): LoadCellDefinition {
  const { dynamo, test, pair, fabric } = input;
  return { dynamo, test, point, pair, fabric };
}

/** Loads the deployment at one point, again when the load lost it, and records what came of it. */
export async function measureLoadPoint(
  input: LoadPointInput,
  report: (step: string) => Promise<void>,
): Promise<LoadCellSummary> {
  const { run, spec, test, deployed, point } = input;
  const cell = definitionOf(input, point);
  const startedAt = new Date().toISOString();
  for (let attempts = 1; ; attempts++) {
    await report(`${test.name}: ${pointTitle(point)}, attempt ${attempts}`);
    let outcome: LoadOutcome | undefined;
    let judgement: InferenceJudgement;
    try {
      outcome = await runLoad(input, attempts);
      judgement = await shortActivities.judgeLoadRun({ run, cell, deployed, outcome });
    } catch (error) {
      const failure = failureOf(error);
      judgement = { verdict: 'fail', reasons: [{ code: 'failure', message: failure.message }], failure };
    }
    const again = judgement.failure && FAILURES[judgement.failure.class].retry === 'rendezvous';
    if (again && attempts < spec.maxAttempts) continue;
    return shortActivities.recordLoadCell({ run, cell, deployed, judgement, outcome, attempts, startedAt });
  }
}

async function runLoad(input: LoadPointInput, attempt: number): Promise<LoadOutcome> {
  const { run, spec, dynamo, test, pair, deployed, point } = input;
  const { podStart, unschedulable } = spec.timeouts;
  const token = runToken();
  try {
    return await longActivities(podStart + test.timeout).runLoad.executeWithOptions(
      { summary: `${pointTitle(point)}, at most ${formatDuration(test.timeout)}` },
      [
        {
          run,
          dynamo,
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
