/** Distribution of a latency, in seconds. A percentile that AIPerf did not export is absent. */
export interface Distribution {
  readonly average: number;
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  readonly min?: number;
  readonly max?: number;
  /** Number of requests (or tokens) in the distribution; failed requests are not in it. */
  readonly count?: number;
}

/** Figures of one load. Times in seconds, rates per second. A figure that AIPerf did not export is absent. */
export interface LoadResult {
  readonly version: string;
  readonly duration: number;
  readonly requests: { readonly succeeded: number; readonly failed: number };
  readonly requestsPerSecond: number;
  readonly outputTokensPerSecond?: number;
  readonly timeToFirstToken?: Distribution;
  readonly interTokenLatency?: Distribution;
  readonly requestLatency: Distribution;
  /** Output tokens per second for one user, on average. */
  readonly outputTokensPerSecondAndUser?: number;
  /**
   * Average tokens of a prompt as the server counts them, or as AIPerf generated them when the server does not report
   * them.
   */
  readonly inputTokens?: number;
  /** Average tokens of an answer. */
  readonly outputTokens?: number;
  /**
   * Number of distinct prompts that AIPerf generated; absent when it does not report it, or when the user supplied the
   * prompts.
   */
  readonly prompts?: number;
  /** Distinct errors of failed requests, with the number of requests for each. */
  readonly errors: readonly { readonly message: string; readonly count: number }[];
  /** True unless the load was stopped before its end. */
  readonly complete: boolean;
}
