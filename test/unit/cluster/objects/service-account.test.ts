import assert from 'node:assert/strict';
import { withServiceAccount } from '../../../../cluster/objects/service-account.js';
import { readManifestObject } from '../../../../kubernetes/client/manifest.js';
import type { Deployment, Job, Pod } from '../../../../kubernetes/client/objects.js';

describe('the service account of the suite’s pods', () => {
  it('is set in a pod and in the template of a Deployment and a Job, and changes nothing else', async () => {
    const rank = await readManifestObject<Pod>('rank-pod.yaml', 'Pod');
    const { serviceAccountName, ...rest } = withServiceAccount(rank, 'bench').spec;
    assert.equal(serviceAccountName, 'bench');
    assert.deepEqual(rest, rank.spec);
    const etcd = await readManifestObject<Deployment>('etcd.yaml', 'Deployment');
    assert.equal(withServiceAccount(etcd, 'bench').spec.template.spec.serviceAccountName, 'bench');
    const load = await readManifestObject<Job>('dynamo/load-job.yaml', 'Job');
    assert.equal(withServiceAccount(load, 'bench').spec.template.spec.serviceAccountName, 'bench');
    assert.equal(etcd.spec.template.spec.serviceAccountName, undefined, 'the manifest is not changed');
  });

  it('is that of the namespace without a name, and left to the operator in a graph', async () => {
    const rank = await readManifestObject<Pod>('rank-pod.yaml', 'Pod');
    assert.equal(withServiceAccount(rank, undefined), rank);
    const graph = await readManifestObject('dynamo/graph.yaml', 'DynamoGraphDeployment');
    assert.deepEqual(withServiceAccount(graph, 'bench'), graph);
    const service = await readManifestObject('etcd.yaml', 'Service');
    assert.deepEqual(withServiceAccount(service, 'bench'), service);
  });
});
