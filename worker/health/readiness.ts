/** A condition without which the worker cannot measure. Resolves when it holds, otherwise rejects with the reason. */
export type Check = () => Promise<void>;

/** Result of all checks: `ok` or the reason, by the name of the check. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, string>>;
}

interface Run {
  readonly result: Promise<Readiness>;
  /** Undefined while the checks run. */
  endedAt: number | undefined;
}

/** Time in milliseconds for which a result is used again, so that frequent probes cost nothing. */
const FRESH_MS = 5_000;

/** Time limit of one check in milliseconds. It is shorter than the time-out of a probe of the Helm chart. */
const LIMIT_MS = 2_000;

/** Runs the checks of a worker at most once in five seconds, and at most one run at a time. */
export class ReadinessChecks {
  #checks: Readonly<Record<string, Check>>;
  readonly #limitMs: number;
  readonly #now: () => number;
  #last: Run | undefined;

  /**
   * @param checks by name, as shown in the result
   * @param options.limitMs time limit of one check. Default: 2000
   * @param options.now clock in milliseconds. Default: the monotonic clock of the process
   */
  constructor(
    checks: Readonly<Record<string, Check>>,
    { limitMs = LIMIT_MS, now = () => performance.now() }: { limitMs?: number; now?: () => number } = {},
  ) {
    this.#checks = checks;
    this.#limitMs = limitMs;
    this.#now = now;
  }

  /** Uses other checks from now on. */
  replace(checks: Readonly<Record<string, Check>>): void {
    this.#checks = checks;
    this.#last = undefined;
  }

  /** Returns the last result if it is fresh or about to arrive, otherwise runs all checks. */
  current(): Promise<Readiness> {
    const last = this.#last;
    if (last && (last.endedAt === undefined || this.#now() - last.endedAt < FRESH_MS)) return last.result;
    const started: Run = { result: this.#run(), endedAt: undefined };
    this.#last = started;
    void started.result.then(() => {
      started.endedAt = this.#now();
    });
    return started.result;
  }

  async #run(): Promise<Readiness> {
    const results = await Promise.all(
      Object.entries(this.#checks).map(async ([name, check]) => [name, await this.#reason(check)] as const),
    );
    return { ready: results.every(([, reason]) => reason === 'ok'), checks: Object.fromEntries(results) };
  }

  async #reason(check: Check): Promise<string> {
    const limit = Promise.withResolvers<string>();
    const timer = setTimeout(() => limit.resolve(`no answer within ${this.#limitMs} ms`), this.#limitMs);
    const outcome = check().then(
      () => 'ok',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    try {
      return await Promise.race([outcome, limit.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
