/**
 * Duration of a try, in milliseconds, that counts as progress and restarts the budget. Well above the 45 s that one
 * request takes to fail when the API server does not answer.
 */
const PROGRESS_MS = 120_000;

/**
 * Measures how long each activity has been failing because the cluster or the store does not answer. Counts only the
 * time in which this worker could retry, so a stopped worker or a long step does not use up the budget.
 */
export class RetryBudget {
  readonly #failingSince = new Map<string, number>();

  /**
   * Records a failed try.
   *
   * @param id id of the activity, the same in all its tries
   * @param startedAt start of this try, from `performance.now()`
   * @returns seconds since the first failure after the last success or progress
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
