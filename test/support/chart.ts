import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import { ApiFailure } from '../../kubernetes/client/api-failure.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { resourcePath } from '../../kubernetes/client/resources.js';
import { kubeConfig, LOCAL, type TestNamespace, workerKubeconfig } from './box.js';

const CHART = fileURLToPath(new URL('../../../charts/dynamo-bench', import.meta.url));

/** Templates that decide what the worker can do in the cluster. */
const POLICIES = ['namespaces', 'rbac', 'admission-policy', 'network-policies'];

/** The namespaces, permissions and policies of a Helm release, and the worker's account in it. */
export interface InstalledPolicies extends TestNamespace {
  readonly release: string;
  /** User name of the worker's account. */
  readonly user: string;
  readonly serviceAccount: string;
}

/** Renders templates of the chart with helm. */
async function renderChart(
  release: string,
  values: object,
  { templates, version }: { templates: readonly string[]; version: string },
): Promise<KubernetesObject[]> {
  const helm = (await execa(join(LOCAL, 'helm.sh'), { stderr: 'inherit' })).stdout;
  const shown = templates.flatMap((name) => ['--show-only', `templates/${name}.yaml`]);
  const { stdout } = await execa(
    helm,
    ['template', release, CHART, '--kube-version', version, '--values', '-', ...shown],
    {
      input: JSON.stringify(values),
    },
  );
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/**
 * Installs the policies under names that no other test uses, and waits until the API server enforces them.
 *
 * @param values values of the chart; images of the box are allowed by default
 */
export async function installPolicies(
  admin: Cluster,
  values: Readonly<Record<string, object>> = {},
): Promise<InstalledPolicies> {
  const release = `bench-test-${randomBytes(3).toString('hex')}`;
  const objects = await renderChart(
    release,
    {
      ...values,
      temporal: { address: 'temporal.example:7233' },
      namespaces: { worker: `${release}-system`, benchmark: release },
      policy: { images: ['localhost/*', 'nixl-aligned:*'], ...values.policy },
    },
    { templates: POLICIES, version: await admin.version() },
  );
  const namespacesFirst = [...objects].sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'));
  for (const object of namespacesFirst) await admin.apply(object);
  const account = `${release}-worker`;
  const { kubeconfig, folder } = await workerKubeconfig(admin, `${release}-system`, account);
  const serviceAccount = `${release}-benchmark`;
  await untilEnforced(new Cluster(kubeConfig(kubeconfig)), release);
  return {
    release,
    name: release,
    kubeconfig,
    user: `system:serviceaccount:${release}-system:${account}`,
    serviceAccount,
    variables: { BENCHMARK_SERVICE_ACCOUNT: serviceAccount },
    async remove() {
      const own = objects.filter(({ kind, metadata }) => kind === 'Namespace' || metadata.namespace === undefined);
      await Promise.all([
        ...own.map((object) => admin.delete(object, undefined, object.metadata.name)),
        rm(folder, { recursive: true }),
      ]);
    },
  };
}

/** The API server reads new policies with a short delay. */
async function untilEnforced(worker: Cluster, namespace: string): Promise<void> {
  const metadata = { name: 'reachable', namespace };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'NodePort', ports: [{ port: 80 }] } };
  for (let tries = 0; tries < 1200; tries++) {
    const answer = await tryCreate(worker, service);
    if (answer?.includes('ValidatingAdmissionPolicy')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the API server did not enforce the policies within 2 min');
}

/** Creates an object without storing it. Returns the refusal of the API server; undefined when it is allowed. */
export async function tryCreate(cluster: Cluster, object: KubernetesObject): Promise<string | undefined> {
  const { apiVersion, kind, metadata } = object;
  return refusalOf(() => cluster.post(`${resourcePath({ apiVersion, kind }, metadata.namespace)}?dryRun=All`, object));
}

/** Returns the message with which the API server refuses a request; undefined when it allows it. */
export async function refusalOf(request: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await request();
    return undefined;
  } catch (error) {
    if (error instanceof ApiFailure && [403, 422].includes(error.status)) return error.message;
    throw error;
  }
}
