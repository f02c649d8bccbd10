import { cancellationSignal } from '@temporalio/activity';
import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Reason } from '../../suite/verdict/verdict.js';
import type { ComparisonSummary } from './regressions.js';

const TIMEOUT_MS = 15_000;

/** What is told of a run. */
export interface Notice {
  readonly suite: string;
  /** `pass`, `fail`, `inconclusive`, `regressed`. */
  readonly outcome: string;
  readonly reasons: readonly Reason[];
  readonly comparison?: ComparisonSummary | undefined;
  /** Folder of the reports, as the worker sees it. */
  readonly folder: string;
}

export function webhookActivities() {
  return {
    /**
     * Tells a webhook how a run ended: JSON with all of it, and a `text` that Slack, Mattermost and others show. Nothing is
     * sent for an outcome that the spec does not name.
     *
     * @throws {SuiteFailure} `WebhookUnreachable`, tried again; `WebhookRefused`
     */
    async notify(input: {
      run: Run;
      webhook: NonNullable<SuiteSpec['webhook']>;
      notice: Notice;
    }): Promise<{ sent: boolean }> {
      const { run, webhook, notice } = input;
      if (!(webhook.on as readonly string[]).includes(notice.outcome)) return { sent: false };
      const url = process.env[webhook.urlEnv];
      if (!url || !URL.canParse(url)) {
        throw new SuiteFailure('WebhookRefused', `the worker's environment has no URL in ${webhook.urlEnv}`);
      }
      // The path of a webhook's URL is its password.
      const { host } = new URL(url);
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(webhookBody(run, notice)),
        signal: AbortSignal.any([cancellationSignal(), AbortSignal.timeout(TIMEOUT_MS)]),
        redirect: 'error',
      }).catch((error: unknown) => {
        cancellationSignal().throwIfAborted();
        throw new SuiteFailure('WebhookUnreachable', `the webhook at ${host} did not answer: ${causeOf(error)}`);
      });
      await response.body?.cancel();
      if (response.ok) return { sent: true };
      const again = response.status >= 500 || response.status === 429;
      throw new SuiteFailure(
        again ? 'WebhookUnreachable' : 'WebhookRefused',
        `the webhook at ${host} answered ${response.status}`,
      );
    },
  };
}

/** What is sent. */
function webhookBody(run: Pick<Run, 'workflowId' | 'runId'>, notice: Notice): Record<string, unknown> {
  const { suite, outcome, reasons, comparison, folder } = notice;
  const lines = [
    `*${slackText(suite)}: ${outcome}* (${slackText(run.workflowId)})`,
    ...(comparison ? [slackText(comparison.reason)] : []),
    ...reasons.map(({ message }) => `• ${slackText(message)}`),
    `dynamo-bench report ${slackText(run.workflowId)}`,
  ];
  return {
    text: lines.join('\n'),
    suite,
    outcome,
    workflowId: run.workflowId,
    runId: run.runId,
    reasons,
    comparison,
    folder,
  };
}

/** Slack's three special characters. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** undici says only "fetch failed"; the cause says why, and never holds the path. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
}
