import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import type { TimeoutFailure } from '@temporalio/workflow';

const converter = new DefaultFailureConverter();

/**
 * Returns the failure of the last try before the time limit of all tries ended; undefined without one. The SDK does not
 * convert the cause of a time-out (1.24.0).
 */
export function causeOfTimeout({ failure }: TimeoutFailure): Error | undefined {
  return converter.optionalFailureToOptionalError(failure?.cause, defaultPayloadConverter);
}
