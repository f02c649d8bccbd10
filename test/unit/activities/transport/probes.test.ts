import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityContext } from '../../../../activities/context/context.js';
import { probeActivities } from '../../../../activities/transport/probes.js';
import { ApiFailure } from '../../../../kubernetes/client/api-failure.js';
import type { KubernetesObject, Pod } from '../../../../kubernetes/client/objects.js';
import { podSettings } from '../../../../suite/spec/pod-settings.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const RUN = { workflowId: 'w', runId: 'r', key: '0123abcd', namespace: 'bench', leaseNamespace: 'bench', retryFor: 1 };
const DONE: NonNullable<Pod['status']> = {
  phase: 'Succeeded',
  containerStatuses: [{ name: 'main', imageID: 'sha256:1', state: { terminated: { exitCode: 0 } } }],
};

/** A cluster with one probe, which has ended as soon as it exists. */
class OneProbe {
  pod: Pod | undefined;
  created = 0;
  /** Called after each creation, as other clients act between two requests. */
  afterCreation: (pod: Pod) => void = () => undefined;
  readonly deleted: (string | undefined)[] = [];

  readonly cluster = {
    find: async () => this.pod,
    createOrAdopt: async (pod: Pod) => {
      if (this.pod) return this.pod;
      const uid = `probe-${++this.created}`;
      const created: Pod = { ...pod, metadata: { ...pod.metadata, uid }, status: DONE };
      this.pod = created;
      this.afterCreation(created);
      return created;
    },
    podLog: async () => ({ first: [] }),
    delete: async (_kind: unknown, _namespace: string, _name: string, options: { preconditions?: { uid: string } }) => {
      const uid = options.preconditions?.uid;
      if (uid !== this.pod?.metadata.uid) {
        const status = JSON.stringify({ kind: 'Status', reason: 'Conflict' });
        throw new ApiFailure({ verb: 'delete', what: 'pod', server: 'https://here' }, 409, status);
      }
      this.deleted.push(uid);
      this.pod = undefined;
    },
  };

  async run({ store }: Pick<ActivityContext, 'store'>, podStart = 5): Promise<unknown> {
    const spec = parseSpec({ name: 's', tests: [{ name: 't', tool: 'nixlbench', backend: 'LIBFABRIC' }] });
    const context = {
      cluster: () => this.cluster,
      owned: async (_run: unknown, object: KubernetesObject, name: string) => ({
        ...object,
        metadata: { ...object.metadata, name, namespace: 'bench' },
      }),
      claims: { renew: async () => undefined },
      store,
      logThread: { run: async () => ({ node: 'gpu-1' }) },
    } as unknown as ActivityContext;
    const input = {
      run: RUN,
      settings: podSettings(spec),
      node: 'gpu-1',
      index: 1,
      patience: { podStart, unschedulable: 1 },
    };
    return new MockActivityEnvironment().run(() => probeActivities(context).probeNode(input));
  }
}

describe('the probe of a node', () => {
  const stored = temporaryStore();

  it('waits until the probe that an earlier try has deleted is gone, and creates another', async () => {
    const node = new OneProbe();
    const leaving = { name: 'probe', namespace: 'bench', uid: 'earlier', deletionTimestamp: '2026-11-30T20:00:00Z' };
    node.pod = { apiVersion: 'v1', kind: 'Pod', metadata: leaving, spec: { containers: [] }, status: DONE };
    setTimeout(() => {
      node.pod = undefined;
    }, 200);
    await node.run(stored);
    assert.deepEqual(node.deleted, ['probe-1']);
  });

  it('names a probe of an earlier try that does not disappear', async () => {
    const node = new OneProbe();
    const leaving = { name: 'probe', namespace: 'bench', uid: 'earlier', deletionTimestamp: '2026-11-30T20:00:00Z' };
    node.pod = { apiVersion: 'v1', kind: 'Pod', metadata: leaving, spec: { containers: [] }, status: DONE };
    await assert.rejects(node.run(stored, 0.2), { class: 'PodRejected', message: /still being deleted/ });
  });

  it('creates another probe when an earlier try deletes the one that this try has adopted', async () => {
    const node = new OneProbe();
    node.afterCreation = ({ metadata }) => {
      if (metadata.uid === 'probe-1') node.pod = undefined;
    };
    await node.run(stored);
    assert.deepEqual(node.deleted, ['probe-2']);
  });

  it('gives up when each of three probes was deleted', async () => {
    const node = new OneProbe();
    node.afterCreation = () => {
      node.pod = undefined;
    };
    await assert.rejects(node.run(stored), { class: 'PodLost' });
    assert.equal(node.created, 3);
  });

  it('never deletes another probe of its name', async () => {
    const node = new OneProbe();
    const read = node.cluster.podLog;
    node.cluster.podLog = async () => {
      if (node.pod) node.pod = { ...node.pod, metadata: { ...node.pod.metadata, uid: 'of another try' } };
      return read();
    };
    await node.run(stored);
    assert.deepEqual(node.deleted, []);
  });
});
