/**
 * An activity that ran this long before it failed made progress, so its budget restarts. In milliseconds; well above the
 * 45 s that one request takes to fail when the API server does not answer.
 */
const PROGRESS_MS = 120_000;

/**
 * Measures for how long each activity has been failing because the cluster or the store does not answer. Only time in
 * which this worker could retry counts, so a stopped worker or a long step uses up none of the budget.
 */
export class RetryBudget {
  readonly #failingSince = new Map<string, number>();

  /**
   * Records a failed try.
   *
   * @param id of the activity, the same in all its tries
   * @param startedAt start of this try, by `performance.now()`
   * @returns seconds since the first of the failures without success or progress between them
   */
  failed(id: string, startedAt: number, now = performance.now()): number {
    const known = this.#failingSince.get(id);
    const since = known === undefined || now - startedAt > PROGRESS_MS ? now : known;
    this.#failingSince.set(id, since);
    return (now - since) / 1000;
  }

  /** Restarts the budget of an activity that has succeeded or failed for good. */
  forget(id: string): void {
    this.#failingSince.delete(id);
  }
}
