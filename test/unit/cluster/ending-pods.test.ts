import assert from 'node:assert/strict';
import { hasEndingPods } from '../../../cluster/ending-pods.js';
import type { Cluster } from '../../../kubernetes/client/cluster.js';

describe('pods that are ending', () => {
  const pod = (metadata: object, phase = 'Running') => ({ metadata: { name: 'p', ...metadata }, status: { phase } });
  const ending = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const on = (...pods: object[]) => {
    const list = async (_: unknown, __: unknown, { fieldSelector }: { fieldSelector: string }) =>
      fieldSelector === 'spec.nodeName=gpu-2' ? pods : [];
    return hasEndingPods({ list } as unknown as Cluster, ['gpu-1', 'gpu-2']);
  };

  it('are those that were deleted and have not ended', async () => {
    assert.equal(await on(pod({}), pod(ending)), true);
    assert.equal(await on(pod({}), pod(ending, 'Failed')), false);
    assert.equal(await on(), false);
  });
});
