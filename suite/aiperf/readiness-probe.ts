/**
 * The request that AIPerf sends before its warm-up to learn whether the endpoint answers (aiperf/common/readiness_probe.py of
 * AIPerf 0.13, mode `inference`, the default). Its prompt fits into one KV block.
 */
export const PROBE_REQUESTS = 1;

/** Tokens of the probe's prompt: at least one. */
export const PROBE_TOKENS = 1;
