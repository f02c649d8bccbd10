/**
 * Who repeats a step after a failure:
 *
 * - `infrastructure`: Temporal retries the same step, with a growing pause;
 * - `rendezvous`: the workflow starts both ranks again under a new group, never one of them alone;
 * - `never`: the same input fails in the same way, so a person has to change something.
 */
export type Retry = 'infrastructure' | 'rendezvous' | 'never';

/** Properties of a failure class. */
export interface FailureKind {
  readonly retry: Retry;
  /** The remedy for people, verb first and without a full stop. */
  readonly hint: string;
}
