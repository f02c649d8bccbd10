import assert from 'node:assert/strict';
import { dryRun } from '../../../cluster/dry-run.js';
import type { PlannedObject } from '../../../cluster/objects/planned-object.js';
import { ApiFailure } from '../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../../kubernetes/client/objects.js';

const POD: PlannedObject = {
  step: 'set-up: probe',
  how: 'create',
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'bench' }, spec: { containers: [] } },
};

/** Asks a cluster that answers every request with an error. */
async function answerTo(code: number, message: string, reason = '', planned = POD) {
  const refuse = async () => {
    const body = JSON.stringify({ kind: 'Status', message, reason, code });
    throw new ApiFailure({ verb: 'create', what: 'pods', server: 'https://api' }, code, body);
  };
  const [answer] = await dryRun({ create: refuse, apply: refuse } as unknown as Cluster, [planned]);
  assert.ok(answer);
  return answer;
}

describe('a dry run', () => {
  it('writes nothing, refuses unknown fields, and includes the pods that a controller would create', async () => {
    const sent: [how: string, object: string, options: unknown][] = [];
    const note = (how: string) => async (object: KubernetesObject, _signal: unknown, options: unknown) => {
      sent.push([how, `${object.kind} ${object.metadata.name}`, options]);
    };
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [] } };
    const deployment: PlannedObject = {
      step: 'set-up: etcd',
      how: 'apply',
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd', namespace: 'n' },
        spec: { template },
      },
    };
    const answers = await dryRun({ create: note('create'), apply: note('apply') } as unknown as Cluster, [
      deployment,
      POD,
    ]);
    const options = { dryRun: true, strict: true };
    assert.deepEqual(sent, [
      ['apply', 'Deployment d', options],
      ['create', 'Pod d-pod', options],
      ['create', 'Pod p', options],
    ]);
    assert.deepEqual(
      answers.map(({ outcome, namespace, name }) => [outcome, namespace, name]),
      [
        ['accepted', 'n', 'd'],
        ['accepted', 'n', 'd-pod'],
        ['accepted', 'bench', 'p'],
      ],
    );
  });

  it('takes the answers of quotas, policies and the schema for a refusal', async () => {
    const quota =
      'pods "p" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=8, used: 0, limited: 4';
    assert.deepEqual(
      [
        await answerTo(403, quota, 'Forbidden'),
        await answerTo(
          403,
          'pods "p" is forbidden: violates PodSecurity "restricted:latest": host namespaces',
          'Forbidden',
        ),
        await answerTo(422, "ValidatingAdmissionPolicy 'images' denied request: only our registry", 'Invalid'),
        await answerTo(400, 'strict decoding error: unknown field "spec.nodename"', 'BadRequest'),
      ].map(({ outcome, message }) => [outcome, message?.slice(0, 20)]),
      [
        ['refused', 'pods "p" is forbidde'],
        ['refused', 'pods "p" is forbidde'],
        ['refused', 'ValidatingAdmissionP'],
        ['refused', 'strict decoding erro'],
      ],
    );
  });

  it('says that it could not check an object that this account may not create, and what to do', async () => {
    const message =
      'pods is forbidden: User "me" cannot create resource "pods" in API group "" in the namespace "bench"';
    const { outcome, hint } = await answerTo(403, message, 'Forbidden');
    assert.equal(outcome, 'unchecked');
    assert.match(hint ?? '', /may not create Pod in bench.*permissions\.yaml/);
  });

  it('does not take a webhook without dry runs for a refusal', async () => {
    const message = 'admission webhook "w.example.com" does not support dry run';
    assert.equal((await answerTo(400, message, 'BadRequest')).outcome, 'unchecked');
  });

  it('does not take a webhook that does not answer for a refusal', async () => {
    const message = 'failed calling webhook "w.example.com": failed to call webhook: connection refused';
    const { outcome, hint } = await answerTo(500, message, 'InternalError');
    assert.equal(outcome, 'unchecked');
    assert.match(hint ?? '', /w\.example\.com did not answer/);
  });

  it('accepts a name that another run of the suite holds, such as the lock of a node', async () => {
    assert.equal((await answerTo(409, 'leases "x" already exists', 'AlreadyExists')).outcome, 'accepted');
  });

  it('tells a missing namespace from a missing kind', async () => {
    const graph = { ...POD, object: { ...POD.object, kind: 'DynamoGraphDeployment' } };
    const namespace = await answerTo(404, 'namespaces "bench" not found', 'NotFound');
    const kind = await answerTo(404, 'the server could not find the requested resource', 'NotFound', graph);
    assert.deepEqual([namespace.outcome, kind.outcome], ['refused', 'refused']);
    assert.match(namespace.hint ?? '', /^Create the namespace bench/);
    assert.match(kind.hint ?? '', /kind DynamoGraphDeployment/);
  });

  it('fails when the API server answers nothing useful at all', async () => {
    await assert.rejects(answerTo(503, 'overloaded'), { class: 'ApiUnavailable' });
    await assert.rejects(answerTo(401, 'Unauthorized', 'Unauthorized'), { class: 'Unauthorized' });
  });
});
