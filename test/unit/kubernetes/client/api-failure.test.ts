import assert from 'node:assert/strict';
import { ApiFailure, isKubeletUnreachable } from '../../../../kubernetes/client/api-failure.js';

describe('an answer of the API server', () => {
  const answer = (status: number, message: string) =>
    new ApiFailure(
      { verb: 'get log of', what: 'v1/namespaces/n/pods/p/log', server: 'https://api' },
      status,
      JSON.stringify({ kind: 'Status', message }),
    );

  it('distinguishes an unreachable kubelet from an API server in trouble', () => {
    const log = 'Get "https://10.0.1.5:10250/containerLogs/n/p/rank": dial tcp 10.0.1.5:10250: i/o timeout';
    assert.equal(isKubeletUnreachable(answer(500, log)), true);
    assert.equal(isKubeletUnreachable(answer(503, 'the server is currently unable to handle the request')), false);
    assert.equal(isKubeletUnreachable(answer(404, log)), false);
  });

  const HOST = 'https://dynamo-platform-dynamo-operator-webhook-service.dynamo-system.svc:443';
  const POST = `Post "${HOST}/mutate/nvidia.com/v1beta1/dynamographdeployments?timeout=10s"`;
  const CALL = `Internal error occurred: failed calling webhook "mdynamographdeployment.kb.io": failed to call webhook: ${POST}`;
  for (const why of [
    'dial tcp 10.77.0.1:9443: connect: connection refused',
    'context deadline exceeded',
    'no endpoints available for service "dynamo-platform-dynamo-operator-webhook-service"',
  ]) {
    it(`names the webhook that does not answer (${why.slice(0, 20)}), and its Service`, () => {
      const failure = answer(500, `${CALL}: ${why}`);
      assert.equal(failure.class, 'WebhookUnavailable');
      assert.equal(failure.retry, 'infrastructure');
      assert.match(
        failure.hint,
        /Service dynamo-system\/dynamo-platform-dynamo-operator-webhook-service .*--namespace dynamo-system.*mdynamographdeployment\.kb\.io/,
      );
    });
  }

  it('names the kind whose conversion webhook does not answer', () => {
    const kind = 'nvidia.com/v1alpha1, Kind=DynamoGraphDeployment';
    const failure = answer(500, `conversion webhook for ${kind} failed: ${POST}: connection refused`);
    assert.equal(failure.class, 'WebhookUnavailable');
    assert.match(failure.hint, /the conversion of nvidia\.com\/v1alpha1, Kind=DynamoGraphDeployment/);
  });

  it('does not repeat an object with a field that the version in the cluster lacks, although the status is 500', () => {
    const kind = 'default/g; nvidia.com/v1beta1, Kind=DynamoGraphDeployment';
    const field = '.spec.services.decode.sharedMemorySize: field not declared in schema';
    const failure = answer(500, `failed to create typed patch object (${kind}): ${field}`);
    assert.equal(failure.class, 'Rejected');
    assert.match(failure.message, /sharedMemorySize: field not declared/);
    assert.match(failure.hint, /Update the CRD or the operator/);
  });

  it('does not take the refusal of a webhook for a missing permission', () => {
    assert.equal(answer(403, 'admission webhook "policy.example.com" denied the request: no').class, 'Rejected');
    assert.equal(answer(403, 'pods is forbidden: User "u" cannot list resource "pods"').class, 'Forbidden');
  });
});
