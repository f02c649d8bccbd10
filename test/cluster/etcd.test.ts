import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/index.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { POD } from '../../kubernetes/client/resources.js';
import { ResultStore } from '../../results/store.js';
import { etcdName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import { type Box, createNamespace, startBox, type TestNamespace } from '../support/box.js';
import { NO_SCHEDULES } from '../support/temporary-store.js';

/** Wiping etcd is the one thing here that could destroy somebody's data. */
describe('the suite’s own etcd', () => {
  let box: Box;
  let namespace: TestNamespace;
  let run: Run;
  let activities: ReturnType<typeof createActivities>;
  const perform = <Args extends unknown[], Result>(
    activity: (...args: Args) => Promise<Result>,
    ...args: Args
  ): Promise<Result> => new MockActivityEnvironment().run(activity, ...args);

  before(async () => {
    box = await startBox();
    namespace = await createNamespace(box.admin);
    run = {
      workflowId: 'etcd-test',
      runId: 'r',
      key: 'etcdtest',
      namespace: namespace.name,
      leaseNamespace: namespace.name,
      retryFor: 0,
    };
    activities = createActivities({
      store: new ResultStore('unused'),
      runs: { namespaceId: async () => 'none', isOpen: async () => true, status: async () => ({ state: 'open' }) },
      schedules: NO_SCHEDULES,
      connect: () => new Cluster(box.admin.config),
    });
    await perform(activities.openRun, { run, files: {} });
    const endpoint = await perform(activities.deployEtcd, {
      run,
      image: 'localhost/etcd:3.5.1',
      imagePullPolicy: 'Never',
      tolerations: [],
      readyTimeout: 60,
    });
    assert.equal(endpoint, `http://${etcdName(run)}.${namespace.name}.svc:2379`);
  });
  after(async () => {
    await perform(activities.closeRun, { run });
    await namespace.remove();
    await box.stop();
  });

  async function etcdctl(...args: string[]): Promise<string> {
    const [pod] = await box.admin.list<Pod>(POD, namespace.name, { labelSelector: 'app.kubernetes.io/component=etcd' });
    const target = { namespace: namespace.name, pod: pod?.metadata.name ?? '', container: 'etcd' };
    const { exitCode, output } = await execInPod(box.admin, target, ['etcdctl', ...args], { timeoutMs: 10_000 });
    assert.equal(exitCode, 0, output);
    return output;
  }
  const keys = async () => (await etcdctl('get', '', '--prefix', '--keys-only')).split('\n').filter(Boolean);

  /** Wipes etcd, and returns the number of deleted keys. The uid must be that of the only etcd pod. */
  async function wipe(): Promise<number> {
    const { keysDeleted, uid } = await perform(activities.wipeEtcd, { run });
    const [pod] = await box.admin.list<Pod>(POD, namespace.name, { labelSelector: 'app.kubernetes.io/component=etcd' });
    assert.equal(uid, pod?.metadata.uid);
    return keysDeleted;
  }

  it('is empty but for its mark after a wipe, whatever was left', async () => {
    await etcdctl('put', 'xferbench/g//size', '2');
    await etcdctl('put', 'xferbench/g/barrier/start_barrier/0/0', '1');
    assert.equal(await wipe(), 2);
    assert.deepEqual(await keys(), ['dynamo-bench/mark']);
  });

  it('is marked again when it was restarted and is empty', async () => {
    await etcdctl('del', '', '--prefix');
    assert.equal(await wipe(), 0);
    assert.deepEqual(await keys(), ['dynamo-bench/mark']);
  });

  it('is marked again when it was restarted and ranks of the run have written to it since', async () => {
    await etcdctl('del', '', '--prefix');
    await etcdctl('put', `xferbench/${run.key}-1a2b-lf-r1//size`, '2');
    await etcdctl('put', `xferbench/${run.key}-1a2b-lf-r1//rank/0`, 'x');
    assert.equal(await wipe(), 2);
    assert.deepEqual(await keys(), ['dynamo-bench/mark']);
  });

  it('is not wiped without a mark when ranks of another run wrote to it as well', async () => {
    await etcdctl('del', '', '--prefix');
    const written = [`xferbench/${run.key}-1a2b-lf-r1//size`, `xferbench/${run.key}2-1a2b-lf-r1//size`];
    for (const key of written) await etcdctl('put', key, '2');
    await assert.rejects(perform(activities.wipeEtcd, { run }), { class: 'EtcdNotOwned' });
    assert.deepEqual(await keys(), written);
    await etcdctl('del', '', '--prefix');
  });

  it('that holds keys and no mark, or another run’s mark, is left untouched', async () => {
    for (const mark of [undefined, 'another-run']) {
      await etcdctl('del', '', '--prefix');
      await etcdctl('put', 'dynamo/instances/1', 'precious');
      if (mark) await etcdctl('put', 'dynamo-bench/mark', mark);
      await assert.rejects(perform(activities.wipeEtcd, { run }), { class: 'EtcdNotOwned' });
      assert.match(await etcdctl('get', 'dynamo/instances/1'), /precious/);
    }
    await etcdctl('del', '', '--prefix');
  });

  it('reports the exit code and the output of a command that fails', async () => {
    const [pod] = await box.admin.list<Pod>(POD, namespace.name, { labelSelector: 'app.kubernetes.io/component=etcd' });
    const target = { namespace: namespace.name, pod: pod?.metadata.name ?? '', container: 'etcd' };
    const { exitCode, output } = await execInPod(box.admin, target, ['etcdctl', 'no-such-command'], {
      timeoutMs: 10_000,
    });
    assert.notEqual(exitCode, 0);
    assert.match(output, /unknown command/);
    const endless = execInPod(box.admin, target, ['etcdctl', 'watch', 'nothing'], { timeoutMs: 3000 });
    await assert.rejects(endless, { opened: true, message: /did not end within 3000 ms/ });
  });
});
