/**
 * What Temporal says of one workflow run:
 *
 * - `open`: it goes on;
 * - `closed`: it has ended, `how` in Temporal's own word, such as `TERMINATED`;
 * - `unknown`: this server does not know it, or no longer does.
 */
export type RunStatus =
  | { readonly state: 'open' }
  | { readonly state: 'closed'; readonly how: string; readonly at: string }
  | { readonly state: 'unknown' };

/** Asks a Temporal namespace what became of workflow runs. */
export interface RunStatusClient {
  /** Id of the Temporal namespace: unique, also among servers. */
  namespaceId(): Promise<string>;
  status(workflowId: string, runId: string): Promise<RunStatus>;
}

/** Asks a Temporal namespace whether suite runs are still running. */
export interface OpenRuns {
  /** Id of the Temporal namespace: unique, also among servers. */
  namespaceId(): Promise<string>;
  /** @param key `runKey` of the run: another run under the same workflow id does not count */
  isOpen(workflowId: string, key: string): Promise<boolean>;
}
