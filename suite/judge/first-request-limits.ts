/** Time limits of the first request to a deployment. */

/** Seconds for the answer, which includes the compilation of kernels by the first request. */
export const ANSWER_SECONDS = 120;
/** Seconds for the command that sends the request and waits for the answer. */
export const COMMAND_SECONDS = ANSWER_SECONDS + 15;
/** Tries, because a frontend can refuse the first request while the last worker registers. */
export const TRIES = 3;
/** Seconds between two tries, for a worker that registers. */
export const TRY_PAUSE_SECONDS = 3;
/** Seconds that the first request takes at most. */
export const FIRST_REQUEST_SECONDS = TRIES * (COMMAND_SECONDS + TRY_PAUSE_SECONDS);
