import type { FailureKind } from './failure-kind.js';

/** Failures of the connection to Temporal, and of a suite run that Temporal and its workers cannot continue. */
export const TEMPORAL_FAILURES = {
  TemporalUnreachable: {
    retry: 'infrastructure',
    hint: 'Start a Temporal server (`make up` starts a local one), or set TEMPORAL_ADDRESS or a profile in temporal.toml',
  },
  TemporalSettings: {
    retry: 'never',
    hint: 'Correct the TEMPORAL_ variable or the profile that the message names',
  },
  TemporalDenied: {
    retry: 'never',
    hint: 'Set TEMPORAL_API_KEY or a client certificate that may use the namespace',
  },
  SuiteStalled: {
    retry: 'never',
    hint: 'Start a worker for the task queue of the suite run, of the version that began it',
  },
} as const satisfies Record<string, FailureKind>;
