import { inferenceCellsOfRun } from '../../results/records/run-cells.js';
import type { FirstAnswer } from '../../suite/judge/first-answer.js';
import { sameImages } from '../../suite/record/same-images.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';

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
