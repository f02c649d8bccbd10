import { validLoad } from '../comparability/inference.js';
import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../record/inference-record.js';

/** Seconds to the first token of a load point, and of its control at the same concurrency and repetition. */
export interface FirstTokenTimes {
  /** Undefined when the load point is not valid. */
  readonly timeToFirstToken?: number | undefined;
  /** Undefined when the test has no control, or no valid load point of it. */
  readonly ofControl?: number | undefined;
}

/** Returns the times to first token of a load point and of its control, which has no KV transfer. */
export function firstTokenTimes(
  { tests }: Pick<DynamoRecord, 'tests'>,
  test: Pick<InferenceTestRecord, 'control'>,
  cell: InferenceCell,
): FirstTokenTimes {
  const control = tests
    .find(({ name }) => name === test.control)
    ?.cells.find(({ concurrency, repetition }) => concurrency === cell.concurrency && repetition === cell.repetition);
  return { timeToFirstToken: firstToken(cell), ofControl: control && firstToken(control) };
}

/** Time to first token: the median, so that a few slow answers do not look like a slow network. */
function firstToken(cell: InferenceCell): number | undefined {
  const load = validLoad(cell);
  return load?.timeToFirstToken?.p50 ?? load?.timeToFirstToken?.average;
}
