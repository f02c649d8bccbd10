/**
 * Retry of a step after a failure:
 *
 * - `infrastructure`: Temporal retries the same step, with a growing pause;
 * - `rendezvous`: the workflow makes a new attempt. It starts both ranks under a new group, and never one rank alone;
 * - `never`: the same input fails in the same way, so a person must change something.
 */
export type Retry = 'infrastructure' | 'rendezvous' | 'never';

/** Properties of a failure class. */
export interface FailureKind {
  readonly retry: Retry;
  /** What a rank did, as a predicate: `could not register its memory`. Only for failures that a tool's messages name. */
  readonly what?: string;
  /** Remedy for a person. Starts with a verb and has no full stop. */
  readonly hint: string;
}
