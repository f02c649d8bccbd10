import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ActivityContext } from '../../../../activities/context/context.js';
import { keepDeployment } from '../../../../activities/dynamo/deployment-keeping.js';
import type { DeploymentPlace } from '../../../../cluster/objects/dynamo/deployment-input.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { Kind } from '../../../../kubernetes/client/resources.js';
import type { Run } from '../../../../suite/run/run.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const RUN: Run = { workflowId: 'w', runId: 'r', key: 'k-1', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const OWN = { labels: { 'dynamo-bench/graph': 'k-1', 'dynamo-bench/run': 'k-1' } };

describe('the deployment of a test that was measured', () => {
  const at = temporaryStore();

  /** Keeps the deployment in a cluster that has one with this metadata. @returns the outcome, and what was patched */
  async function keep(deployWith: 'operator' | 'manifests', ...found: object[]) {
    const patches: [string, unknown][] = [];
    const objects = found.map((metadata) => ({ metadata: { name: 'd', ...metadata } }));
    const cluster = {
      find: async () => objects[0],
      list: async () => objects,
      patch: async ({ kind }: Kind, _: string, name: string, patch: unknown) =>
        patches.push([`${kind} ${name}`, patch]),
    };
    const context = new ActivityContext({ ...at.context, connect: () => cluster as unknown as Cluster });
    const place = { run: RUN, dynamo: { name: 'd', deployWith } } as unknown as DeploymentPlace;
    const kept: unknown = await new MockActivityEnvironment().run(() => keepDeployment(context, place));
    return { kept, patched: patches.map(([object]) => object), patches };
  }

  it('is kept without its owner and the label of its run', async () => {
    const { kept, patched, patches } = await keep('operator', OWN);
    assert.equal(kept, true);
    assert.deepEqual(patched, ['DynamoGraphDeployment d']);
    const [[, patch] = []] = patches;
    assert.deepEqual(patch, {
      metadata: {
        ownerReferences: null,
        labels: { 'dynamo-bench/run': null },
        annotations: { 'dynamo-bench/workflow-id': null, 'dynamo-bench/temporal-namespace': null },
      },
    });
    assert.deepEqual((await keep('manifests', OWN)).patched, ['Deployment d', 'Service d']);
  });

  const lost: readonly [string, 'operator' | 'manifests', ...object[]][] = [
    ['has been deleted', 'operator'],
    ['belongs to another client', 'operator', {}],
    ['is being deleted', 'operator', { ...OWN, deletionTimestamp: '2026-01-01T00:00:00Z' }],
    ['consists of plain objects that have been deleted', 'manifests'],
  ];
  for (const [how, deployWith, ...found] of lost) {
    it(`counts as not kept, and is not changed, when it ${how}`, async () => {
      const { kept, patched } = await keep(deployWith, ...found);
      assert.equal(kept, false);
      assert.deepEqual(patched, []);
    });
  }
});
