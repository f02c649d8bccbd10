import assert from 'node:assert/strict';
import { findAutoscaler } from '../../../../cluster/provisioning/autoscaler.js';
import { ApiFailure } from '../../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { Node, Pod } from '../../../../kubernetes/client/objects.js';

const node = (labels: Record<string, string>) => ({ metadata: { name: 'n', labels }, spec: {} }) as unknown as Node;
const pod = (image: string) =>
  ({ metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image }] } }) as unknown as Pod;
const cluster = (find: () => Promise<unknown>) => ({ find }) as unknown as Cluster;
const none = cluster(async () => undefined);

describe('the sign of an autoscaler', () => {
  it('is a label of its nodes, its image in any registry, or the definition of NodePools', async () => {
    assert.equal(await findAutoscaler(none, [node({ 'karpenter.sh/nodepool': 'gpu' })], []), 'Karpenter');
    const auto = node({ 'karpenter.sh/nodepool': 'gpu', 'eks.amazonaws.com/compute-type': 'auto' });
    assert.equal(await findAutoscaler(none, [auto], []), 'EKS Auto Mode');
    const image = 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.33.0';
    assert.equal(await findAutoscaler(none, [], [pod('busybox'), pod(image)]), 'Cluster Autoscaler');
    assert.equal(await findAutoscaler(none, [], [pod('mirror/karpenter/controller:1.5.0@sha256:1')]), 'Karpenter');
    assert.equal(await findAutoscaler(none, [], [pod('registry.k8s.io/kueue/kueue:v0.13.1')]), 'Kueue');
    assert.equal(
      await findAutoscaler(
        cluster(async () => ({})),
        [],
        [],
      ),
      'Karpenter',
    );
  });

  it('is absent elsewhere, and where the account may not look', async () => {
    assert.equal(await findAutoscaler(none, [node({ pool: 'gpu' })], [pod('busybox')]), undefined);
    const refused = cluster(async () => {
      throw new ApiFailure({ verb: 'get', what: 'crd', server: 'https://api' }, 403, '');
    });
    assert.equal(await findAutoscaler(refused, [], []), undefined);
  });
});
