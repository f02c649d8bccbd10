import type { FailureKind } from './failure-kind.js';

/** Failures of notifications and of the suite itself. */
export const SUITE_FAILURES = {
  WebhookUnreachable: {
    retry: 'infrastructure',
    hint: 'Check the network path from the worker to the webhook, which did not answer',
  },
  WebhookRefused: {
    retry: 'never',
    hint: "Check the URL in the worker's environment variable named by `webhook.urlEnv`",
  },

  LogUnreadable: {
    retry: 'never',
    hint: 'Check the stored log, which the suite could not parse within its limits of memory and time; decrease the log level of the tool',
  },
  StepHung: {
    retry: 'infrastructure',
    hint: 'Restart the worker if its log shows that it is stuck, then start the same suite again; recorded cells are reused',
  },
  Cancelled: {
    retry: 'never',
    hint: 'Start the same suite again; recorded cells are reused',
  },
  Terminated: {
    retry: 'never',
    hint: 'Start the same suite again; recorded cells are reused',
  },
  Internal: {
    retry: 'infrastructure',
    hint: 'Report this as a bug in dynamo-bench, with the stack trace from the worker log',
  },
} as const satisfies Record<string, FailureKind>;
