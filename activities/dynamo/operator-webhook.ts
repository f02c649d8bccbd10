import { cancellationSignal } from '@temporalio/activity';
import { operatorDeployments } from '../../cluster/dynamo-platform.js';
import { ApiFailure } from '../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { webhookHint } from '../../kubernetes/client/unanswered-webhook.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/**
 * Waits for the answer to a request about an object that webhooks of the Dynamo operator check.
 *
 * @throws {SuiteFailure} `WebhookUnavailable` with the name of the operator's Deployment, if the account may list it
 */
export async function throughOperatorWebhook<T>(cluster: Cluster, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const webhook = error instanceof ApiFailure ? error.webhook : undefined;
    if (!(error instanceof ApiFailure) || !webhook?.service) throw error;
    const deployments = await namesIfKnown(cluster, webhook.service.namespace);
    throw new SuiteFailure(error.class, error.message, { hint: webhookHint(webhook, deployments), cause: error });
  }
}

/** Returns no names when they cannot be read, so that the failure of the request remains. */
async function namesIfKnown(cluster: Cluster, namespace: string): Promise<string[]> {
  try {
    const names = await operatorDeployments(cluster, namespace, cancellationSignal());
    return names.map((name) => `${namespace}/${name}`);
  } catch (error) {
    if (error instanceof SuiteFailure) return [];
    throw error;
  }
}
