import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ActivityContext } from '../../../../activities/context/context.js';
import { type Platform, type PlatformInput, platformActivities } from '../../../../activities/dynamo/platform.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { KubernetesObject, Pod } from '../../../../kubernetes/client/objects.js';
import type { Kind } from '../../../../kubernetes/client/resources.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import type { SuiteFailure } from '../../../../suite/verdict/failure.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const RUN = { workflowId: 'w', runId: 'r', key: 'k-1', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const GRAPHS = 'dynamographdeployments.nvidia.com';

function definition(name: string, versions = ['v1beta1']): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'dynamo.nvidia.com/operator-version': '1.5.0' } },
    spec: { versions: versions.map((version) => ({ name: version, served: true })) },
  };
}

function operatorPod(ready: boolean): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'op-1', namespace: 'dynamo-system', labels: { 'app.kubernetes.io/name': 'dynamo-operator' } },
    spec: { containers: [{ name: 'manager' }] },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'manager', state: { waiting: { reason: 'CrashLoopBackOff' } } }],
    },
  } as Pod;
}

/** A program `helm` that notes its calls: `list` prints the releases, and `install` runs `onInstall`. */
class FakeHelm {
  folder = '';
  readonly #path = process.env.PATH;

  async open(releases: unknown[] = [], onInstall = 'exit 0'): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'helm-'));
    const script = `#!/bin/sh\ncat > /dev/null\necho "$@" >> '${this.folder}/calls'\ncase $1 in list) echo '${JSON.stringify(releases)}' ;; *) ${onInstall} ;; esac\n`;
    await writeFile(join(this.folder, 'helm'), script);
    await chmod(join(this.folder, 'helm'), 0o755);
    process.env.PATH = `${this.folder}${delimiter}${this.#path}`;
  }

  async close(): Promise<void> {
    process.env.PATH = this.#path;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Calls that were made, without those that only list. */
  async changes(): Promise<string[]> {
    const calls = await readFile(join(this.folder, 'calls'), 'utf8').catch(() => '');
    return calls.split('\n').filter((call) => call !== '' && !call.startsWith('list'));
  }
}

describe('the platform of a suite', () => {
  const at = temporaryStore();
  const helm = new FakeHelm();
  /** What the cluster has. */
  let definitions: KubernetesObject[] = [];
  let pods: Pod[] = [];
  /** Called before each list of the pods. */
  let onLook: () => void;

  beforeEach(() => {
    definitions = [];
    pods = [];
    onLook = () => undefined;
  });
  afterEach(() => helm.close());

  const cluster = {
    find: async (_: Kind, __: undefined, name: string) => definitions.find(({ metadata }) => metadata.name === name),
    list: async ({ kind }: Kind) => {
      if (kind !== 'Pod') return definitions;
      onLook();
      return pods;
    },
  } as unknown as Cluster;

  async function ensure(
    platform: Record<string, unknown>,
    more: Partial<PlatformInput> = {},
  ): Promise<Platform | { readonly waiting: string }> {
    const { dynamo } = parseSpec({
      name: 's',
      nodes: { names: ['a', 'b'] },
      tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
      dynamo: {
        model: { name: 'm' },
        engine: { kind: 'mocker', kvTransferRate: '1GB/s' },
        tests: [{ name: 'load', tool: 'inference' }],
        platform,
      },
    });
    assert.ok(dynamo);
    const context = new ActivityContext({ ...at.context, connect: () => cluster });
    const { ensurePlatform } = platformActivities(context);
    return await new MockActivityEnvironment().run(ensurePlatform, {
      run: RUN,
      platform: dynamo.platform,
      wait: 0,
      ...more,
    });
  }

  const exists: readonly [string, () => void, RegExp][] = [
    [
      'an operator that restarts',
      () => {
        definitions = [definition(GRAPHS)];
        pods = [operatorPod(false)];
      },
      /an operator that is not ready: pod dynamo-system\/op-1: op-1: CrashLoopBackOff/,
    ],
    [
      'an operator whose pod has been asked to end',
      () => {
        definitions = [definition(GRAPHS)];
        const pod = operatorPod(true);
        pods = [{ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }];
      },
      /an operator that is not ready: pod dynamo-system\/op-1 \(ending\)/,
    ],
    [
      'an operator that has not written its resource definition',
      () => {
        pods = [operatorPod(false)];
      },
      /no custom resource definition dynamographdeployments\.nvidia\.com, but an operator that is not ready: pod dynamo/,
    ],
    [
      'a resource definition without an operator',
      () => {
        definitions = [definition(GRAPHS)];
      },
      /but no Dynamo operator/,
    ],
    [
      'another resource definition of Dynamo',
      () => {
        definitions = [definition('dynamoworkermetadatas.nvidia.com')];
      },
      /^custom resource definition dynamoworkermetadatas\.nvidia\.com exists, but /,
    ],
  ];
  for (const [what, prepare, reason] of exists) {
    it(`is waited for and not changed when the cluster has ${what}`, async () => {
      await helm.open();
      prepare();
      const found = await ensure({ install: true });
      assert.ok('waiting' in found, JSON.stringify(found));
      assert.match(found.waiting, reason);
      await assert.rejects(ensure({ install: true, timeout: '1m' }, { since: Date.now() - 60_001 }), (error) => {
        assert.equal((error as SuiteFailure).class, 'PlatformNotReady');
        assert.match((error as SuiteFailure).message, new RegExp(reason.source.replace('^', 'after 1 min: ')));
        assert.match((error as SuiteFailure).hint, /never changes a platform that exists/);
        return true;
      });
      assert.deepEqual(await helm.changes(), []);
    });
  }

  it('is waited for and not changed when its Helm release exists', async () => {
    await helm.open([{ name: 'dynamo-platform', status: 'pending-install' }]);
    const found = await ensure({ install: true });
    assert.match(
      'waiting' in found ? found.waiting : '',
      /^Helm release dynamo-system\/dynamo-platform with the status pending-install exists, but the cluster has no/,
    );
    assert.deepEqual(await helm.changes(), []);
  });

  it('is used as soon as it is ready', async () => {
    await helm.open();
    definitions = [definition(GRAPHS)];
    pods = [operatorPod(false)];
    let looks = 0;
    onLook = () => {
      looks += 1;
      if (looks === 2) pods = [operatorPod(true)];
    };
    assert.deepEqual(await ensure({ install: true }, { wait: 60 }), { version: '1.5.0', installed: false });
    assert.equal(looks, 2);
    assert.deepEqual(await helm.changes(), []);
  });

  it('is installed, and never upgraded, when no part of it exists', async () => {
    await helm.open();
    await ensure({ install: true });
    const [command, ...others] = await helm.changes();
    assert.match(command ?? '', /^install dynamo-platform .* --atomic .*--labels dynamo-bench\/run=k-1/);
    assert.deepEqual(others, []);
  });

  it('that another run installs at the same time is waited for', async () => {
    await helm.open([], 'echo "INSTALLATION FAILED: cannot re-use a name that is still in use" >&2; exit 1');
    assert.ok('waiting' in (await ensure({ install: true })));
  });

  it('that this run installed in an earlier try of the step counts as installed by it', async () => {
    await helm.open([{ name: 'dynamo-platform', status: 'deployed' }]);
    definitions = [definition(GRAPHS)];
    pods = [operatorPod(true)];
    assert.deepEqual(await ensure({ install: true }), { version: '1.5.0', installed: true });
    const calls = await readFile(join(helm.folder, 'calls'), 'utf8');
    assert.match(calls, /^list .*--selector dynamo-bench\/run=k-1/);
  });

  it('that the account of the worker may not install has the permission and the command of an administrator in its hint', async () => {
    const words = 'secrets is forbidden: User "system:serviceaccount:n:w" cannot list resource "secrets"';
    await helm.open([], `echo '${words}' >&2; exit 1`);
    await assert.rejects(ensure({ install: true }), (error) => {
      assert.equal((error as SuiteFailure).class, 'PlatformInstall');
      assert.match((error as SuiteFailure).hint, /administrator .* lacks the permission .*: helm install dynamo-pl/);
      return true;
    });
  });

  it('that is too old is not changed', async () => {
    await helm.open();
    definitions = [definition(GRAPHS, ['v1alpha1'])];
    await assert.rejects(ensure({ install: true }), { class: 'PlatformMissing' });
    assert.deepEqual(await helm.changes(), []);
  });
});
