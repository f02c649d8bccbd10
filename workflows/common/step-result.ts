import type { FailureRecord } from '../../suite/verdict/failure.js';
import { failureOf } from './failures.js';

/** The result of a step, or its failure. */
export type StepResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: FailureRecord };

/**
 * Runs a step and returns its failure as a value.
 *
 * @throws a cancellation, and anything that `failureOf` throws
 */
export async function resultOf<T>(step: () => Promise<T>): Promise<StepResult<T>> {
  try {
    return { ok: true, value: await step() };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}
