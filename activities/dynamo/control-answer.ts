import { inferenceCellsOfRun } from '../../results/records/run-cells.js';
import { answerDifference, type FirstAnswer } from '../../suite/judge/first-answer.js';
import { sameImages } from '../../suite/record/same-images.js';
import type { Run } from '../../suite/run/run.js';
import type { InferenceSpec } from '../../suite/spec/inference-tests.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Reason } from '../../suite/verdict/verdict.js';
import type { ActivityContext } from '../context/context.js';

/** The answer to the first request of a deployment, with the digests of its images. */
interface Answered {
  readonly answer: FirstAnswer;
  readonly imageIds: readonly string[];
}

/**
 * Compares the first answer of a disaggregated deployment with the one that its control gave.
 *
 * @returns the reason why there is nothing to compare with; undefined when the answers agree
 * @throws {SuiteFailure} `AnswerDiffers`
 */
export async function compareWithControl(
  context: Pick<ActivityContext, 'store'>,
  {
    run,
    control,
    topology,
  }: { readonly run: Run; readonly control?: string | undefined } & Pick<InferenceSpec, 'topology'>,
  { answer, imageIds }: Answered,
): Promise<Reason | undefined> {
  if (topology !== 'disaggregated') return undefined;
  if (control === undefined) return uncompared('the test has no control');
  const expected = await controlAnswer(context, run, control, imageIds);
  if (!expected) {
    return uncompared(
      `this run has no answer of the control ${control} from the same images: list ${control} before this test`,
    );
  }
  const difference = answerDifference(answer, expected);
  if (difference === undefined) return undefined;
  throw new SuiteFailure('AnswerDiffers', `the first answer is not that of the control ${control}: ${difference}`);
}

function uncompared(why: string): Reason {
  return {
    code: 'answer-not-compared',
    message: `the answer to the first request was not compared with that of an aggregated engine: ${why}`,
  };
}

/**
 * Finds the first answer of a control. Another run under the same workflow id can have had another model, and another image
 * can round differently, so both do not count.
 *
 * @param imageIds digests of the images of the deployment whose answer is compared
 * @returns undefined when this run has measured no control with these images, or its engine was not asked
 */
export async function controlAnswer(
  { store }: Pick<ActivityContext, 'store'>,
  run: Run,
  control: string,
  imageIds: readonly string[],
): Promise<FirstAnswer | undefined> {
  const cells = await store.use((kysely) => inferenceCellsOfRun(kysely, run, control));
  const same = cells.find(
    ({ answer, pods }) =>
      answer &&
      sameImages(
        pods.map(({ imageId }) => imageId),
        imageIds,
      ),
  );
  return same?.answer;
}
