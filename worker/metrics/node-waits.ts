/** Time without a try, in milliseconds, after which a run is taken to have given up. Longer than the pause of a try. */
const ABANDONED_MS = 120_000;

interface Wait {
  readonly since: number;
  /** Tries that are in progress. */
  open: number;
  lastTryAt: number;
}

/** Measures how long runs wait for their nodes: from the first try of a workflow until the one that succeeds. */
export class NodeWaits {
  readonly #waits = new Map<string, Wait>();
  readonly #now: () => number;

  /** @param now clock in milliseconds. Default: the monotonic clock of the process */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes that a try to claim nodes starts. @param workflowId workflow that claims */
  begin(workflowId: string): void {
    const wait = this.#waits.get(workflowId) ?? { since: this.#now(), open: 0, lastTryAt: 0 };
    wait.open++;
    this.#waits.set(workflowId, wait);
  }

  /**
   * Notes that a try has ended. `open` means that the run does not hold its nodes yet.
   *
   * @returns seconds that the run waited, when it holds the nodes now; 0 when its first try succeeded
   */
  end(workflowId: string, outcome: 'held' | 'open'): number | undefined {
    const wait = this.#waits.get(workflowId);
    if (!wait) return undefined;
    const isFirst = wait.lastTryAt === 0;
    wait.open--;
    wait.lastTryAt = this.#now();
    if (outcome !== 'held') return undefined;
    this.#waits.delete(workflowId);
    return isFirst ? 0 : (this.#now() - wait.since) / 1000;
  }

  /** Returns the seconds that the longest waiting run has waited so far; 0 when no run waits. */
  longest(): number {
    let longest = 0;
    for (const [workflowId, { since, open, lastTryAt }] of this.#waits) {
      if (open === 0 && this.#now() - lastTryAt > ABANDONED_MS) this.#waits.delete(workflowId);
      // The first try of a run does not wait yet.
      else if (lastTryAt > 0) longest = Math.max(longest, (this.#now() - since) / 1000);
    }
    return longest;
  }
}
