import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { throughOperatorWebhook } from '../../../../activities/dynamo/operator-webhook.js';
import { ApiFailure } from '../../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { SuiteFailure } from '../../../../suite/verdict/failure.js';

const failing = (status: number, message: string) =>
  new ApiFailure(
    { verb: 'apply', what: 'd', server: 'https://api' },
    status,
    JSON.stringify({ kind: 'Status', message }),
  );
const UNANSWERED = failing(
  500,
  'failed calling webhook "m.kb.io": failed to call webhook: Post "https://hooks.dynamo-system.svc:443/m": refused',
);

const deployment = (name: string, image: string, labels = {}) => ({
  metadata: { name, namespace: 'dynamo-system' },
  spec: { template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } } },
});

describe('a request that the webhook of the operator does not answer', () => {
  async function failureOf(error: ApiFailure, list: (namespace: string) => object[]): Promise<SuiteFailure> {
    const cluster = { list: async (_: unknown, namespace: string) => list(namespace) } as unknown as Cluster;
    const work = () =>
      throughOperatorWebhook<SuiteFailure>(cluster, Promise.reject(error)).catch((failure: SuiteFailure) => failure);
    return (await new MockActivityEnvironment().run(work)) as SuiteFailure;
  }

  it('names the Deployment of the operator, also when it has no pods', async () => {
    const failure = await failureOf(UNANSWERED, (namespace) =>
      namespace === 'dynamo-system'
        ? [
            deployment('other', 'nginx:1'),
            deployment('by-image', 'nvcr.io/nvidia/ai-dynamo/kubernetes-operator:1.6.1'),
            deployment('by-label', 'mirror/x:1', { 'app.kubernetes.io/name': 'dynamo-operator' }),
          ]
        : [],
    );
    assert.equal(failure.class, 'WebhookUnavailable');
    assert.equal(failure.message, UNANSWERED.message);
    assert.match(
      failure.hint,
      /Service dynamo-system\/hooks and Deployment dynamo-system\/by-image, dynamo-system\/by-label behind it/,
    );
  });

  it('names the Service alone when the account may not list Deployments', async () => {
    const failure = await failureOf(UNANSWERED, () => {
      throw failing(403, 'deployments.apps is forbidden');
    });
    assert.equal(failure.class, 'WebhookUnavailable');
    assert.match(failure.hint, /Service dynamo-system\/hooks and the Deployment behind it/);
  });

  it('is the only one that changes: another failure remains as it is', async () => {
    const refused = failing(403, 'forbidden');
    assert.equal(await failureOf(refused, () => []), refused);
  });
});
