/**
 * Status of a workflow run in Temporal:
 *
 * - `open`: it is running;
 * - `closed`: it has ended at `at` (ISO 8601), with Temporal's status `how`, such as `TERMINATED`;
 * - `unknown`: the server has never had it, or has deleted it after its retention time.
 */
export type RunStatus =
  | { readonly state: 'open' }
  | { readonly state: 'closed'; readonly how: string; readonly at: string }
  | { readonly state: 'unknown' };

/** Asks a Temporal namespace for the status of workflow runs. */
export interface RunStatusClient {
  /** Id of the Temporal namespace, unique across servers. */
  namespaceId(): Promise<string>;
  status(workflowId: string, runId: string): Promise<RunStatus>;
}

/** Asks a Temporal namespace whether suite runs are still running. */
export interface OpenRuns {
  /** Id of the Temporal namespace, unique across servers. */
  namespaceId(): Promise<string>;
  /** @param key `runKey` of the run: another run with the same workflow id does not count */
  isOpen(workflowId: string, key: string): Promise<boolean>;
}
