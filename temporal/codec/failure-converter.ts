import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Moves the message and the stack trace of a failure into a payload, which the codec encrypts. Temporal loads this file
 * by its path; the workflows have a converter beside it.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
