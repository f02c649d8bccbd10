/**
 * Status of a workflow run in Temporal:
 *
 * - `open`: it is running;
 * - `closed`: it has ended at `at` (ISO 8601), with Temporal's status `how`, such as `TERMINATED`;
 * - `unknown`: the server never had it, or deleted it after its retention time.
 */
export type RunStatus =
  | { readonly state: 'open' }
  | { readonly state: 'closed'; readonly how: string; readonly at: string }
  | { readonly state: 'unknown' };

/** Gets the status of workflow runs from a Temporal namespace. */
export interface RunStatusClient {
  /** Id of the Temporal namespace, unique across servers. */
  namespaceId(): Promise<string>;
  status(workflowId: string, runId: string): Promise<RunStatus>;
}

/** Checks in a Temporal namespace whether suite runs are still running. */
export interface OpenRuns {
  /** Id of the Temporal namespace, unique across servers. */
  namespaceId(): Promise<string>;
  /** @param key `runKey` of the run: another run with the same workflow id does not count */
  isOpen(workflowId: string, key: string): Promise<boolean>;
}
