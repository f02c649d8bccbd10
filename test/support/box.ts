import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { execa } from 'execa';
import { PERMISSIONS_FILE } from '../../cluster/permissions.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { readPackageObjects } from '../../kubernetes/client/manifest.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { NAMESPACE } from '../../kubernetes/client/resources.js';

export const LOCAL = fileURLToPath(new URL('../../../local/', import.meta.url));
const STATE = process.env.DYNAMO_BENCH_STATE ?? '/run/dynamo-bench';
export const ADMIN_KUBECONFIG = join(STATE, 'kubeconfig');

/** Rate of the links in tests, as tc and as specs write it: higher than a user's, because transfers then take less time. */
export const LINK = { tc: '500mbit', spec: '500Mbit/s' } as const;

/** The two-node Kubernetes in a box, with an administrator's connection to it. */
export interface Box {
  readonly admin: Cluster;
  /** Ends the box if this run started it. */
  stop(): Promise<void>;
}

/**
 * Starts what is missing of the box. It always has the images of phase 3, because images are imported anew, in a minute,
 * whenever their list changes.
 *
 * @param env variables of local/up.sh
 */
export async function upBox(env: Readonly<Record<string, string>> = {}): Promise<void> {
  await execa(join(LOCAL, 'up.sh'), ['--only', 'kubernetes'], {
    env: { DYNAMO_BENCH_LINK_RATE: LINK.tc, ...env, DYNAMO_BENCH_INFERENCE: 'yes' },
    stdout: 'ignore',
    stderr: 'inherit',
  });
}

/** Connects to the box that runs already, or to one that is started for the tests and ended after them. */
export async function startBox(): Promise<Box> {
  const mine = !existsSync(ADMIN_KUBECONFIG);
  await upBox();
  return {
    admin: new Cluster(kubeConfig(ADMIN_KUBECONFIG)),
    async stop() {
      if (mine) await execa(join(LOCAL, 'down.sh'), { stdout: 'ignore', stderr: 'inherit' });
    },
  };
}

/** A namespace of its own with the worker's service account and Role, as a user would set it up. */
export interface TestNamespace {
  readonly name: string;
  /** A kubeconfig with the service account's token; context `box`. */
  readonly kubeconfig: string;
  /** Further variables of the worker's environment. */
  readonly variables?: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function createNamespace(admin: Cluster, options: { withoutRole?: boolean } = {}): Promise<TestNamespace> {
  const name = `bench-test-${randomBytes(3).toString('hex')}`;
  for (const object of await installation(name)) {
    const isGrant = object.kind === 'Role' || object.kind === 'RoleBinding';
    if (!(options.withoutRole && isGrant)) await admin.apply(object);
  }
  const { kubeconfig, folder } = await workerKubeconfig(admin, name, 'dynamo-bench-worker');
  return {
    name,
    kubeconfig,
    async remove() {
      const inCluster = (await installation(name)).filter(({ kind }) => kind.startsWith('Cluster'));
      await Promise.all([
        admin.delete(NAMESPACE, undefined, name),
        ...inCluster.map((object) => admin.delete(object, undefined, object.metadata.name)),
        rm(folder, { recursive: true }),
      ]);
    },
  };
}

/** Writes a kubeconfig with a token of a service account to a separate folder. */
export async function workerKubeconfig(
  admin: Cluster,
  namespace: string,
  account: string,
): Promise<{ kubeconfig: string; folder: string }> {
  const token = await admin.post<{ status: { token: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 7200 },
    },
  );
  const folder = await mkdtemp(join(tmpdir(), 'dynamo-bench-test-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(serviceAccountConfig(admin, account, token.status.token)), {
    mode: 0o600,
  });
  return { kubeconfig, folder };
}

/** The namespace, the worker's account in it, and its permissions under names that no other test uses. */
async function installation(name: string): Promise<KubernetesObject[]> {
  const rbac = 'rbac.authorization.k8s.io';
  const account = { kind: 'ServiceAccount', name: 'dynamo-bench-worker', namespace: name };
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  const roles = (await readPackageObjects(PERMISSIONS_FILE)).map((role) => {
    const inCluster = role.kind === 'ClusterRole';
    const renamed = role.metadata.name.replace('dynamo-bench-worker', name);
    return { ...role, metadata: inCluster ? { name: renamed } : { name: renamed, namespace: name } };
  });
  const bindings = roles.map(({ kind, metadata }) => ({
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbac, kind, name: metadata.name },
    subjects: [account],
  }));
  return [
    { ...NAMESPACE, metadata: { name, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account.name, namespace: name } },
    ...roles,
    ...bindings,
  ];
}

function serviceAccountConfig(admin: Cluster, name: string, token: string): object {
  const cluster = admin.config.getCurrentCluster();
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'box',
    contexts: [{ name: 'box', context: { cluster: 'box', user: name } }],
    users: [{ name, user: { token } }],
    clusters: [
      {
        name: 'box',
        cluster: {
          server: cluster?.server,
          'certificate-authority-data': cluster?.caData,
          'certificate-authority': cluster?.caFile,
        },
      },
    ],
  };
}

export function kubeConfig(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}
