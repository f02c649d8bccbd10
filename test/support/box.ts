import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { execa } from 'execa';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { readManifest } from '../../kubernetes/client/manifest.js';
import { NAMESPACE } from '../../kubernetes/client/resources.js';

export const LOCAL = fileURLToPath(new URL('../../../local/', import.meta.url));
const STATE = process.env.DYNAMO_BENCH_STATE ?? '/run/dynamo-bench';
export const ADMIN_KUBECONFIG = join(STATE, 'kubeconfig');

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
    env: { ...env, DYNAMO_BENCH_INFERENCE: 'yes' },
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
  remove(): Promise<void>;
}

export async function createNamespace(admin: Cluster, options: { withoutRole?: boolean } = {}): Promise<TestNamespace> {
  const name = `bench-test-${randomBytes(3).toString('hex')}`;
  const text = JSON.stringify(await readManifest('worker/rbac.yaml')).replaceAll(
    '"namespace":"dynamo-bench"',
    `"namespace":"${name}"`,
  );
  const objects = (JSON.parse(text) as Awaited<ReturnType<typeof readManifest>>).filter(
    ({ kind }) => !(options.withoutRole && (kind === 'Role' || kind === 'RoleBinding')),
  );
  for (const object of objects) {
    const { metadata } = object;
    if (object.kind === 'Namespace') metadata.name = name;
    if (object.kind.startsWith('Cluster')) metadata.name = name;
    if (object.kind === 'ClusterRoleBinding') object.roleRef = { ...(object.roleRef as object), name };
    await admin.apply(object);
  }
  const token = await admin.post<{ status: { token: string } }>(
    `/api/v1/namespaces/${name}/serviceaccounts/dynamo-bench-worker/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 7200 },
    },
  );
  const folder = await mkdtemp(join(tmpdir(), 'dynamo-bench-test-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(serviceAccountConfig(admin, name, token.status.token)), { mode: 0o600 });
  return {
    name,
    kubeconfig,
    async remove() {
      await Promise.all([
        admin.delete(NAMESPACE, undefined, name),
        admin.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }, undefined, name),
        admin.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' }, undefined, name),
        rm(folder, { recursive: true }),
      ]);
    },
  };
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

function kubeConfig(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}
