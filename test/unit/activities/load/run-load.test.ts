import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../../../activities/context/context.js';
import { type LoadOutcome, loadActivities } from '../../../../activities/load/load.js';
import type { LoadInput } from '../../../../cluster/objects/load-input.js';
import type { KubernetesObject, Pod } from '../../../../kubernetes/client/objects.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const REJECTED: Pod['status'] = { phase: 'Failed', reason: 'OutOfcpu', message: 'Pod was rejected: not enough cpu' };
const DONE: Pod['status'] = {
  phase: 'Succeeded',
  containerStatuses: [{ name: 'main', imageID: 'sha256:1', state: { terminated: { exitCode: 0 } } }],
};

function loadInput(podStart: number): LoadInput {
  const { dynamo, cluster } = parseSpec({
    name: 'phase-3',
    tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    dynamo: {
      model: { name: 'm' },
      load: { image: 'aiperf:test' },
      tests: [{ name: 'load', tool: 'inference' }],
    },
  });
  const [test] = dynamo?.tests ?? [];
  if (!dynamo || !test) throw new Error('no test');
  const point = { concurrency: 4, repetition: 2 };
  const attempt = { run: RUN, test, point, attempt: 1, token: 't' };
  return { ...attempt, dynamo, url: 'http://f:8000', nodes: [], cluster, podStart, unschedulable: 1, folder: 'f' };
}

/** A cluster with one Job. The kubelet gives the pod of the nth Job the nth status; the last one also to all others. */
async function runLoad({ store, logThread }: ActivityContext, podStart: number, statuses: readonly Pod['status'][]) {
  const jobs: KubernetesObject[] = [];
  let job: KubernetesObject | undefined;
  const cluster = {
    find: async () => job,
    createOrAdopt: async (created: KubernetesObject) => {
      job = { ...created, metadata: { ...created.metadata, uid: `job-${jobs.length + 1}` } };
      jobs.push(job);
      return job;
    },
    delete: async () => {
      job = undefined;
    },
    list: async (_kind: unknown, _namespace: string, { labelSelector = '' }) => {
      const number = Number(/controller-uid=job-(\d+)$/.exec(labelSelector)?.[1]);
      const status = statuses[Math.min(number, statuses.length) - 1];
      return status ? [{ metadata: { name: 'load', namespace: 'bench' }, spec: { nodeName: 'gpu-1' }, status }] : [];
    },
    podLog: async () => ({ first: [] }),
  };
  const context = {
    cluster: () => cluster,
    owned: async (_run: unknown, object: KubernetesObject, name: string) => ({
      ...object,
      metadata: { ...object.metadata, name, namespace: 'bench', annotations: {} },
    }),
    claims: { renew: async () => undefined },
    store,
    logThread,
  } as unknown as ActivityContext;
  const input = loadInput(podStart);
  const outcome: LoadOutcome = await new MockActivityEnvironment().run(() => loadActivities(context).runLoad(input));
  return { outcome, jobs };
}

describe('the Job of a load whose pod the kubelet rejects', () => {
  const at = temporaryStore();

  it('is created again, with the count of the tries, and gives the outcome of its new pod', async () => {
    const { outcome, jobs } = await runLoad(at.context, 10, [REJECTED, DONE]);
    assert.deepEqual([outcome.imageId, outcome.deleted, outcome.reason], ['sha256:1', false, undefined]);
    assert.equal(jobs.length, 2);
    assert.equal(jobs[1]?.metadata.annotations?.['dynamo-bench/start-tries'], '2');
  });

  it('ends after timeouts.podStart with the reason of the kubelet', async () => {
    await assert.rejects(runLoad(at.context, 0.5, [REJECTED]), (error: Error & Record<string, unknown>) => {
      assert.equal(error.class, 'PodRejected');
      assert.match(error.message, /OutOfcpu: .*; created 1 time within timeouts\.podStart/);
      return true;
    });
  });
});
