import assert from 'node:assert/strict';
import { hasEndingPods } from '../../../cluster/ending-pods.js';
import { ApiFailure } from '../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';

describe('pods that are ending', () => {
  const pod = (metadata: object, phase = 'Running') => ({ metadata: { name: 'p', ...metadata }, status: { phase } });
  const ending = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const found = (list: (namespace: string | undefined, fieldSelector: string) => object[]) => {
    const cluster = {
      list: async (_: unknown, namespace: string | undefined, { fieldSelector }: { fieldSelector: string }) =>
        list(namespace, fieldSelector),
    };
    return hasEndingPods(cluster as unknown as Cluster, 'bench', ['gpu-1', 'gpu-2']);
  };
  const on = (...pods: object[]) => found((_, node) => (node === 'spec.nodeName=gpu-2' ? pods : []));

  it('are those that were deleted and have not ended', async () => {
    assert.equal(await on(pod({}), pod(ending)), true);
    assert.equal(await on(pod({}), pod(ending, 'Failed')), false);
    assert.equal(await on(), false);
  });

  it('are found in the namespace of the suite when the account may not list others', async () => {
    const own = (namespace: string | undefined) => {
      if (namespace === 'bench') return [pod(ending)];
      throw new ApiFailure({ verb: 'list', what: 'pods', server: 'https://api' }, 403, '');
    };
    assert.equal(await found(own), true);
  });
});
