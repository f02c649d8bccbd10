import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { NAMESPACE } from '../../kubernetes/client/resources.js';
import type { DynamoRecord } from '../../suite/record/inference-record.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { ADMIN_KUBECONFIG, LOCAL } from '../support/box.js';
import { PLATFORM_CHART, removeResources } from '../support/dynamo-platform.js';
import { dynamoSuite } from '../support/dynamo-suite.js';
import { Lab, type LocalSpec } from '../support/lab.js';

const RELEASE = 'dynamo-platform';

/** The real helm on the real API server; the chart is a small one that stands in for NVIDIA's. */
describe('the Dynamo platform', function () {
  this.timeout(600_000);

  let lab: Lab;
  let namespace: string;
  /** PATH with helm on it, and a kubeconfig that may install charts. */
  let environment: { PATH: string; KUBECONFIG: string };
  let earlier: string | undefined;

  before(async () => {
    lab = await Lab.open();
    namespace = `${lab.namespace.name}-platform`;
    const { stdout } = await execa(`${LOCAL}helm.sh`, { stderr: 'inherit' });
    environment = { PATH: `${dirname(stdout)}:${process.env.PATH}`, KUBECONFIG: ADMIN_KUBECONFIG };
  });
  after(async () => {
    await helm('uninstall', RELEASE, '--ignore-not-found', '--wait');
    await removeResources(lab.box.admin);
    await lab.box.admin.delete(NAMESPACE, undefined, namespace);
    await lab.close();
  });

  async function helm(...args: string[]): Promise<string> {
    return (await execa('helm', [...args, '--namespace', namespace], { env: environment })).stdout;
  }
  const kubectl = async (...args: string[]) => (await execa(`${LOCAL}kubectl.sh`, args)).stdout;
  /** Name, revision and state of the release; empty when there is none. */
  async function releases(): Promise<string[]> {
    const found = JSON.parse(await helm('list', '--all', '--output', 'json')) as Record<string, string>[];
    return found.map(({ name, revision, status }) => `${name} ${revision} ${status}`);
  }

  function suite(platform: Record<string, unknown>): Promise<LocalSpec> {
    return dynamoSuite(
      lab,
      {
        deployWith: 'operator',
        platform: { namespace, chart: PLATFORM_CHART, timeout: '1m', ...platform },
        readyTimeout: '1s',
      },
      earlier ? { resumeFrom: earlier } : {},
    );
  }

  async function run(platform: Record<string, unknown>): Promise<DynamoRecord> {
    const end = await lab.run(await suite(platform));
    earlier ??= end.workflowId;
    assert.deepEqual(await lab.leftovers(), []);
    assert.ok(end.record?.dynamo, end.failure);
    return end.record.dynamo;
  }

  function assertFailed({ failure }: DynamoRecord, failureClass: FailureRecord['class'], message: RegExp): void {
    assert.equal(failure?.class, failureClass, failure?.message);
    assert.match(failure?.message ?? '', message);
  }

  /** The stand-in has nobody who looks after deployments: a suite that has found it gets that far. */
  function assertUsed({ platform, tests }: DynamoRecord, installed: boolean): void {
    assert.deepEqual(platform, { version: '0.1.0-test', installed });
    assert.match(
      tests[0]?.failure?.message ?? '',
      /does not serve after 1 s: the operator has not observed the latest change/,
    );
  }

  it('that is missing is refused with the command that installs it, which a person can type as it is', async () => {
    // An apostrophe ends a shell's string unless somebody thinks of it.
    const values = { operator: { annotations: { note: "it's the values' turn" } } };
    const record = await run({ values });
    assertFailed(record, 'PlatformMissing', / dynamographdeployments\.nvidia\.com$/);
    assert.deepEqual(await releases(), []);
    const [, command] = /^Install it: (helm .*)$/s.exec(record.failure?.hint ?? '') ?? [];
    assert.ok(command, record.failure?.hint);
    await execa('bash', ['-c', command], { env: environment });
    assert.deepEqual(await releases(), [`${RELEASE} 1 deployed`]);
    const pods = await kubectl(
      'get',
      'pods',
      '--namespace',
      namespace,
      '--output',
      'jsonpath={.items[*].metadata.annotations.note}',
    );
    assert.equal(pods, values.operator.annotations.note);
  });

  it('that is there is used as it is, also by a suite that may install it', async () => {
    assertUsed(await run({ install: true }), false);
    assert.deepEqual(await releases(), [`${RELEASE} 1 deployed`]);
    await helm('uninstall', RELEASE, '--wait');
  });

  it('cannot be installed by a worker without helm, which says so', async () => {
    assertFailed(await run({ install: true }), 'PlatformInstall', /the worker has no program "helm" on its PATH/);
  });

  describe('by a worker that has helm and the rights of the chart', () => {
    const startWorker = () => lab.startWorker(environment.KUBECONFIG, { PATH: environment.PATH });

    before(async () => {
      await lab.stopWorkers('SIGTERM');
      startWorker();
    });

    it('is not installed from a chart that is not there, and helm’s own words are kept', async () => {
      const record = await run({ install: true, chart: '/no/such/chart' });
      assertFailed(record, 'PlatformInstall', /helm ended with exit code 1: .*path "\/no\/such\/chart" not found/s);
    });

    it('is taken back as a whole when the chart does not become ready', async () => {
      const values = { operator: { image: 'localhost/no-such-image:1' } };
      const record = await run({ install: true, timeout: '5s', values });
      assertFailed(record, 'PlatformInstall', /helm ended with exit code 1: .*atomic being set/s);
      assert.deepEqual(await releases(), []);
      assert.equal(await kubectl('get', 'deployments,secrets', '--namespace', namespace, '--output', 'name'), '');
      assert.doesNotMatch(await kubectl('get', 'crds', '--output', 'name'), /nvidia\.com/);
    });

    it('is installed, also when the worker is killed while helm works', async () => {
      const values = { operator: { readyAfterSeconds: 20 } };
      const id = await lab.start(await suite({ install: true, values }));
      await lab.until('helm works', async () => (await releases()).includes(`${RELEASE} 1 pending-install`));
      await lab.stopWorker('SIGKILL');
      startWorker();
      const end = await lab.end(id);
      assert.ok(end.record.dynamo, end.failure);
      assertUsed(end.record.dynamo, true);
      const [release] = await releases();
      assert.match(release ?? '', /deployed$/);
    });
  });
});
