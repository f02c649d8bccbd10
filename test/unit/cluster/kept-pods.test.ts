import assert from 'node:assert/strict';
import { keptPods } from '../../../cluster/kept-pods.js';
import { ApiFailure } from '../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod } from '../../../kubernetes/client/objects.js';
import type { Kind } from '../../../kubernetes/client/resources.js';

const MARKED = { 'dynamo-bench/kept': 'true', 'dynamo-bench/graph': 'k-1' };
const GRAPH = { 'nvidia.com/dynamo-graph-deployment-name': 'd' };
const OF_RUN = { 'dynamo-bench/run': 'k-1', 'dynamo-bench/graph': 'k-1' };
const KEPT = { 'dynamo-bench/graph': 'k-1' };

const pod = (labels: Record<string, string>, name = 'p'): Pod =>
  ({ metadata: { name, namespace: 'n', labels }, spec: { containers: [] } }) as unknown as Pod;

/** A cluster whose deployments have these labels. It notes which it reads. */
function having(...labels: Record<string, string>[]) {
  const reads: string[] = [];
  const objects = labels.map((each): Pick<KubernetesObject, 'metadata'> => ({ metadata: { name: 'd', labels: each } }));
  const cluster = {
    find: async ({ kind }: Kind, namespace: string, name: string) => {
      reads.push(`${kind} ${namespace}/${name}`);
      return objects[0];
    },
    list: async ({ kind }: Kind, namespace: string, { labelSelector }: { labelSelector: string }) => {
      reads.push(`${kind} ${namespace} ${labelSelector}`);
      return objects;
    },
  };
  return { reads, cluster: cluster as unknown as Cluster };
}

const countKept = async ({ cluster }: { cluster: Cluster }, ...pods: Pod[]) => (await keptPods(cluster, pods)).size;

describe('the pods of kept deployments', () => {
  it('are marked pods whose deployment no longer has the label of its run', async () => {
    assert.equal(await countKept(having(KEPT), pod({ ...MARKED, ...GRAPH })), 1);
    assert.equal(await countKept(having(KEPT, KEPT), pod(MARKED)), 1);
  });

  it('are not those of a deployment that its run still measures or removes', async () => {
    assert.equal(await countKept(having(OF_RUN), pod({ ...MARKED, ...GRAPH })), 0);
    assert.equal(await countKept(having(KEPT, OF_RUN), pod(MARKED)), 0);
  });

  it('are not those whose deployment has been deleted', async () => {
    assert.equal(await countKept(having(), pod({ ...MARKED, ...GRAPH }), pod(MARKED)), 0);
  });

  it('need one read for each deployment, and none for pods without the mark', async () => {
    const found = having(KEPT);
    const pods = [pod({ ...MARKED, ...GRAPH }, 'a'), pod({ ...MARKED, ...GRAPH }, 'b'), pod(MARKED), pod(GRAPH)];
    assert.equal(await countKept(found, ...pods), 3);
    assert.deepEqual(found.reads, ['DynamoGraphDeployment n/d', 'Deployment n dynamo-bench/graph=k-1']);
  });

  it('are all marked ones whose deployment the account may not read', async () => {
    const refusing = (status: number) => {
      const list = () => Promise.reject(new ApiFailure({ verb: 'list', what: 'd', server: 's' }, status, ''));
      return { cluster: { list } as unknown as Cluster };
    };
    assert.equal(await countKept(refusing(403), pod(MARKED)), 1);
    await assert.rejects(countKept(refusing(400), pod(MARKED)), { class: 'Rejected' });
  });
});
