import { cancellationSignal } from '@temporalio/activity';
import type { Run } from '../../suite/run/run.js';
import { redactJson } from '../../suite/secrets/redact.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { withoutControls } from '../../suite/text/visible.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Reason } from '../../suite/verdict/verdict.js';
import type { ComparisonSummary } from './regressions.js';
import { fetchTrouble, webhookUrl } from './webhook-url.js';

const TIMEOUT_MS = 15_000;

/** Result of a run that is sent to the webhook. */
export interface Notice {
  readonly suite: string;
  /** `pass`, `fail`, `inconclusive`, `skipped` or `regressed`. */
  readonly outcome: string;
  readonly reasons: readonly Reason[];
  readonly comparison?: ComparisonSummary | undefined;
  /** Path on the worker of the folder with the reports; absent when they could not be made. */
  readonly folder?: string | undefined;
}

export function webhookActivities() {
  return {
    /**
     * Sends the result of a run to the webhook as JSON, with a `text` that Slack, Mattermost and others show. Sends
     * nothing for an outcome that `webhook.on` does not list.
     *
     * @throws {SuiteFailure} `WebhookUnreachable`, which is retried; `WebhookRefused`, which is not
     */
    async notify(input: {
      run: Run;
      webhook: NonNullable<SuiteSpec['webhook']>;
      notice: Notice;
    }): Promise<{ sent: boolean }> {
      const { run, webhook, notice } = input;
      if (!(webhook.on as readonly string[]).includes(notice.outcome)) return { sent: false };
      // The path of a webhook's URL is a secret, so messages contain only the host.
      const url = webhookUrl(webhook.urlEnv);
      const { host } = url;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(redactJson(webhookBody(run, notice))),
        signal: AbortSignal.any([cancellationSignal(), AbortSignal.timeout(TIMEOUT_MS)]),
        redirect: 'error',
      }).catch((error: unknown) => {
        cancellationSignal().throwIfAborted();
        throw new SuiteFailure('WebhookUnreachable', `the webhook at ${host} did not answer: ${fetchTrouble(error)}`);
      });
      await response.body?.cancel();
      if (response.ok) return { sent: true };
      const retryable = response.status >= 500 || response.status === 429;
      throw new SuiteFailure(
        retryable ? 'WebhookUnreachable' : 'WebhookRefused',
        `the webhook at ${host} answered with HTTP status ${response.status}`,
      );
    },
  };
}

/** Builds the JSON body of the request. */
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

/** Invisible character that keeps `@` from a mention in Mattermost, Discord and others; Slack needs `<…>` for one. */
const WORD_JOINER = '\u2060';

/**
 * Escapes text from outside for Slack and programs like it: the three special characters, mentions, links and images in
 * Markdown, and control characters.
 */
function slackText(text: string): string {
  return withoutControls(text.replace(/\s+/g, ' '))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', `@${WORD_JOINER}`)
    .replaceAll('](', `]${WORD_JOINER}(`);
}
