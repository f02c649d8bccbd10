import assert from 'node:assert/strict';
import type { Lease } from '../../kubernetes/client/leases.js';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { CONFIG_MAP, LEASE } from '../../kubernetes/client/resources.js';
import { dynamoBench } from '../support/command-line.js';
import { Lab, type LocalSpec, type SuiteEnd } from '../support/lab.js';

/** Nobody measures beside anybody else, and nothing of a run stays that is over. */
describe('nodes and what runs on them', function () {
  this.timeout(300_000);

  let lab: Lab;
  before(async () => {
    lab = await Lab.open();
  });
  after(() => lab?.close());

  async function suite(changes: Record<string, unknown> = {}): Promise<LocalSpec> {
    return lab.spec({ tests: await lab.tests('nixl-libfabric'), ...changes });
  }
  const rankPods = () => lab.pods('app.kubernetes.io/component=rank');
  const leases = () => lab.box.admin.list<Lease>(LEASE, lab.namespace.name);

  /** First start and last end of the ranks, by the nodes' own clocks. */
  function measuredFrom({ record }: SuiteEnd): { start: number; end: number } {
    const ranks = record.tests.flatMap(({ cells }) =>
      cells.flatMap(({ attempts }) => attempts.flatMap(({ ranks }) => ranks)),
    );
    return {
      start: Math.min(...ranks.map(({ startedAt = '' }) => Date.parse(startedAt))),
      end: Math.max(...ranks.map(({ finishedAt = '' }) => Date.parse(finishedAt))),
    };
  }

  it('are used by one suite at a time; the other says whom it waits for, and measures after', async () => {
    const first = await lab.start(await suite());
    await lab.untilRanksRun(first, 'nixl-libfabric');
    assert.deepEqual(
      (await leases()).map(({ metadata, spec }) => [
        metadata.name,
        metadata.annotations?.['dynamo-bench/workflow-id'],
        typeof spec.holderIdentity,
      ]),
      lab.nodes.map((node) => [`dynamo-bench-${node}`, first, 'string']),
    );
    const second = await lab.start(await suite());
    await lab.until('the second suite waits', async () => {
      const { step } = await lab.progress(second);
      return step.includes(`waiting for nodes: suite run "${first}"`);
    });
    const ends = [await lab.end(first), await lab.end(second)];
    for (const end of ends) assert.equal(end.status, 'COMPLETED', end.failure);
    const [one, two] = ends.map(measuredFrom);
    assert.ok(one && two && one.end <= two.start, JSON.stringify([one, two]));
    assert.deepEqual(await lab.leftovers(), []);
  });

  it('are free again for others, at the latest when a claim that nobody renews has run out', async () => {
    const identity = { holderIdentity: 'gone', leaseDurationSeconds: 3, renewTime: '2026-01-01T00:00:00.000000Z' };
    const annotations = { 'dynamo-bench/workflow-id': 'gone' };
    await lab.box.admin.apply({
      ...LEASE,
      metadata: { name: `dynamo-bench-${lab.nodes[0]}`, namespace: lab.namespace.name, annotations },
      spec: identity,
    } as KubernetesObject);
    const id = await lab.start(await suite());
    await lab.until('the suite waits', async () => (await lab.progress(id)).step.includes('suite run "gone"'));
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    assert.deepEqual(await leases(), []);
  });

  it('are clean after a suite was terminated, as soon as another one starts or somebody sweeps', async () => {
    const id = await lab.start(await suite());
    await lab.untilRanksRun(id, 'nixl-libfabric');
    await lab.stopWorkers('SIGKILL');
    await lab.temporal('workflow', 'terminate', '--workflow-id', id, '--reason', 'test');
    await lab.temporal('workflow', 'terminate', '--workflow-id', `${id}/nixl-libfabric`, '--reason', 'test');
    lab.startWorker();
    assert.ok((await rankPods()).length > 0);
    const foreign = await makeRemains('foreign', 'another');

    const dry = await sweep('--dry-run');
    assert.match(dry, new RegExp(`${id} \\(closed or unknown to Temporal\\): Deployment/.*Pod/.*Lease/.*ConfigMap/`));
    assert.ok((await rankPods()).length > 0, 'a dry run removes nothing');

    const swept = await sweep();
    assert.match(swept, new RegExp(`removed: ${id}`));
    await lab.until('only what is foreign is left', async () => (await lab.leftovers()).length === 1);
    assert.deepEqual(await lab.leftovers(), [foreign]);
    await removeRemains('foreign');
  });

  it('a running suite and its objects are never swept', async () => {
    // Ranks that poll etcd as seldom as the real nixlbench run for longer than the two sweeps.
    const tests = (await lab.tests('nixl-libfabric')).map((test) => ({
      ...test,
      env: { LOCAL_NIXLBENCH_POLLING: 'real' },
    }));
    const id = await lab.start(await suite({ tests }));
    await lab.untilRanksRun(id, 'nixl-libfabric');
    const uids = (await rankPods()).map(({ metadata }: Pod) => metadata.uid);
    assert.match(await sweep('--dry-run'), new RegExp(`${id} \\(running, kept\\)`));
    assert.match(await sweep(), /Nothing to remove/);
    assert.deepEqual(
      (await rankPods()).map(({ metadata }) => metadata.uid),
      uids,
    );
    assert.equal((await lab.end(id)).status, 'COMPLETED');
  });

  it('are clean after a sweep by the workflow of that name, which a schedule can start', async () => {
    const { namespaceInfo } = await lab.client.workflowService.describeNamespace({ namespace: 'default' });
    await makeRemains('gone', namespaceInfo?.id ?? '');
    const foreign = await makeRemains('foreign', 'another');
    await lab.temporal(
      ...['workflow', 'execute', '--type', 'sweep', '--task-queue', lab.taskQueue, '--workflow-id', 'sweep'],
      ...['--input', JSON.stringify({ namespace: lab.namespace.name })],
    );
    assert.deepEqual(await lab.leftovers(), [foreign]);
    await removeRemains('foreign');
  });

  /** An object as a suite run leaves it whose workflow no server knows. @returns `Kind/name` */
  async function makeRemains(run: string, temporalNamespace: string): Promise<string> {
    await lab.box.admin.apply({
      ...CONFIG_MAP,
      metadata: {
        name: `bench-${run}`,
        namespace: lab.namespace.name,
        labels: { 'app.kubernetes.io/managed-by': 'dynamo-bench', 'dynamo-bench/run': run },
        annotations: { 'dynamo-bench/workflow-id': run, 'dynamo-bench/temporal-namespace': temporalNamespace },
      },
    });
    return `ConfigMap/bench-${run}`;
  }
  const removeRemains = (run: string) => lab.box.admin.delete(CONFIG_MAP, lab.namespace.name, `bench-${run}`);

  async function sweep(...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await dynamoBench(['cleanup', ...args, '--namespace', lab.namespace.name], {
      env: { TEMPORAL_ADDRESS: lab.address, KUBECONFIG: lab.namespace.kubeconfig },
    });
    assert.equal(exitCode, 0, stderr);
    return stdout;
  }
});
