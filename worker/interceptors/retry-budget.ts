/**
 * An activity that ran this long before it failed had made progress: its trouble begins anew. Well above what one request
 * to an API server takes to fail that does not answer at all (45 s). In milliseconds.
 */
const PROGRESS_MS = 120_000;

/**
 * How long an activity has been failing for want of the cluster or the store. Only time in which this worker could try
 * counts: a worker that was away, or a step that lasts long, uses up no patience.
 */
export class RetryBudget {
  readonly #troubleSince = new Map<string, number>();

  /**
   * Notes a failure and returns for how many seconds there has been nothing else.
   *
   * @param id of the activity, the same in all its tries
   * @param startedAt when this try began, by `performance.now()`
   */
  failed(id: string, startedAt: number, now = performance.now()): number {
    const known = this.#troubleSince.get(id);
    const since = known === undefined || now - startedAt > PROGRESS_MS ? now : known;
    this.#troubleSince.set(id, since);
    return (now - since) / 1000;
  }

  forget(id: string): void {
    this.#troubleSince.delete(id);
  }
}
