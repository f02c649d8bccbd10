import assert from 'node:assert/strict';
import type { DeploymentInput } from '../../cluster/objects/dynamo/deployment-input.js';
import { deploymentObjects } from '../../cluster/objects/dynamo/deployment-objects.js';
import { holderPod } from '../../cluster/objects/holder-pod.js';
import { keeperPod } from '../../cluster/objects/keeper-pod.js';
import { measuringPod } from '../../cluster/objects/measuring-pod.js';
import { withServiceAccount } from '../../cluster/objects/service-account.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { POD } from '../../kubernetes/client/resources.js';
import { MANAGED_BY } from '../../suite/run/run.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import { parseSpec } from '../../suite/spec/spec.js';
import { kubeConfig } from '../support/box.js';
import { refusalOf, tryCreate } from '../support/chart.js';
import { installResources, removeResources } from '../support/dynamo-platform.js';
import { dynamoSuite } from '../support/dynamo-suite.js';
import { Lab } from '../support/lab.js';
import { harmlessPod, refusedObjects } from '../support/refused-objects.js';

const CLUSTER_ADMIN = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' };

/**
 * The worker's account against the admission policies of the chart, on a real API server. The helm program renders them; it
 * is built once, which takes minutes.
 */
describe('the worker of a Helm release', function () {
  this.timeout(900_000);

  let lab: Lab;
  let worker: Cluster;
  let account: string;

  before(async () => {
    lab = await Lab.open({ chart: true });
    worker = new Cluster(kubeConfig(lab.namespace.kubeconfig));
    account = lab.namespace.variables?.BENCHMARK_SERVICE_ACCOUNT ?? '';
    await installResources(lab.box.admin);
  });
  after(async () => {
    await removeResources(lab.box.admin);
    await lab.close();
  });

  /** Gives the worker all permissions, so that only the policies restrict it. */
  async function asClusterAdmin<T>(action: () => Promise<T>): Promise<T> {
    const [, , system = '', name = ''] = (lab.namespace as { user?: string }).user?.split(':') ?? [];
    await lab.box.admin.apply({
      ...CLUSTER_ADMIN,
      metadata: { name: `${lab.namespace.name}-all` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name, namespace: system }],
    });
    try {
      return await action();
    } finally {
      await lab.box.admin.delete(CLUSTER_ADMIN, undefined, `${lab.namespace.name}-all`);
    }
  }

  describe('cannot create', () => {
    for (const { what } of refusedObjects('n', 'a')) {
      it(what, async () => {
        const { name } = lab.namespace;
        const attempt = refusedObjects(name, account).find((candidate) => candidate.what === what);
        assert.ok(attempt);
        assert.match((await tryCreate(worker, attempt.object)) ?? 'allowed', attempt.answer);
      });
    }

    it('a graph of Dynamo with a privileged component', async () => {
      const [graph] = await dynamoObjects('operator');
      assert.ok(graph);
      assert.equal(await tryCreate(worker, graph), undefined);
      const { components } = graph.spec as { components: { podTemplate: { spec: Pod['spec'] } }[] };
      Object.assign(components[1]?.podTemplate.spec.containers[0] ?? {}, { securityContext: { privileged: true } });
      assert.match((await tryCreate(worker, graph)) ?? 'allowed', /container main is privileged/);
    });
  });

  describe('with all permissions, cannot', () => {
    const cases: readonly {
      readonly what: string;
      readonly request: () => Promise<unknown>;
      readonly answer: RegExp;
    }[] = [
      {
        what: 'create a pod in another namespace',
        request: () => createIn('default', { ...POD, metadata: { name: 'x' }, spec: harmlessPod('default') }),
        answer: /may not CREATE \/v1\/pods in namespace default; its namespace for benchmarks is/,
      },
      {
        what: 'create a DaemonSet',
        request: () =>
          createIn(lab.namespace.name, {
            apiVersion: 'apps/v1',
            kind: 'DaemonSet',
            metadata: { name: 'x' },
            spec: {
              selector: { matchLabels: MANAGED_BY },
              template: { metadata: { labels: MANAGED_BY }, spec: harmlessPod(account) },
            },
          }),
        answer: /may not CREATE apps\/v1\/daemonsets/,
      },
      {
        what: 'grant permissions',
        request: () =>
          worker.create({
            ...CLUSTER_ADMIN,
            metadata: { name: 'x' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
            subjects: [],
          }),
        answer: /may not CREATE rbac\.authorization\.k8s\.io\/v1\/clusterrolebindings in the whole cluster/,
      },
      {
        what: 'open the network of its namespace',
        request: () =>
          createIn(lab.namespace.name, {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata: { name: 'x' },
            spec: { podSelector: {}, ingress: [{}] },
          }),
        answer: /may not CREATE networking\.k8s\.io\/v1\/networkpolicies/,
      },
      {
        what: 'create a token of the account of its pods',
        request: () =>
          worker.post(`/api/v1/namespaces/${lab.namespace.name}/serviceaccounts/${account}/token`, {
            apiVersion: 'authentication.k8s.io/v1',
            kind: 'TokenRequest',
            spec: {},
          }),
        answer: /may not CREATE \/v1\/serviceaccounts\/token/,
      },
    ];
    for (const { what, request, answer } of cases) {
      it(what, async () => {
        const refusal = await asClusterAdmin(() => untilGranted(request));
        assert.match(refusal ?? 'allowed', answer);
      });
    }

    it('add an ephemeral container, or run a command in a container that is not the suite’s', async () => {
      const { admin } = lab.box;
      const { name: namespace } = lab.namespace;
      const foreign: Pod = { ...POD, metadata: { name: 'foreign', namespace }, spec: harmlessPod(account) };
      for (const container of foreign.spec.containers) container.name = 'private';
      await admin.create(foreign);
      await asClusterAdmin(async () => {
        const debug = { spec: { ephemeralContainers: [{ name: 'debug', image: 'localhost/bench:1' }] } };
        assert.match(
          (await untilGranted(() => worker.patch(POD, namespace, 'foreign/ephemeralcontainers', debug))) ?? 'allowed',
          /may not UPDATE \/v1\/pods\/ephemeralcontainers/,
        );
        const exec = { namespace, pod: 'foreign', container: 'private' };
        await assert.rejects(
          execInPod(worker, exec, ['sh', '-c', 'id'], { timeoutMs: 10_000 }),
          /Unexpected server response: 4(03|22)|may run commands only/,
        );
      });
      await admin.delete(POD, namespace, 'foreign', { gracePeriodSeconds: 0 });
    });
  });

  it('cannot run a command in a pod of another namespace, read a Secret, or remove the policies', async () => {
    const [pod] = await lab.box.admin.list<Pod>(POD, 'kube-system');
    const target = { namespace: 'kube-system', pod: pod?.metadata.name ?? 'any', container: 'main' };
    await assert.rejects(execInPod(worker, target, ['id'], { timeoutMs: 10_000 }), { opened: false, message: /403/ });
    const { name } = lab.namespace;
    const secrets = await refusalOf(() => worker.list({ apiVersion: 'v1', kind: 'Secret' }, name));
    assert.match(secrets ?? 'allowed', /cannot list resource "secrets"/);
    // Admission does not apply to its own configuration, so that only RBAC protects it.
    const binding = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' };
    const removal = await refusalOf(() => worker.delete(binding, undefined, `${name}-worker-pods`));
    assert.match(removal ?? 'allowed', /cannot delete resource "validatingadmissionpolicybindings"/);
  });

  it('can create pods with EFA devices, and what Dynamo is made of, with the operator and without', async () => {
    const spec = parseSpec({
      name: 'efa',
      cluster: { image: 'localhost/bench:1', namespace: lab.namespace.name, imagePullSecret: 'hf-token-secret' },
      tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
    });
    const pod = await measuringPod(run(), podSettings(spec), 'gpu-1');
    assert.equal(pod.spec.volumes?.filter(({ hostPath }) => hostPath).length, 2);
    const asking = { run: run(), settings: podSettings(spec), index: 1 };
    const objects = [
      pod,
      await holderPod({ ...asking, selector: spec.nodes.selector, sameZone: true, limit: 60 }),
      await keeperPod({ ...asking, node: 'gpu-1' }),
      ...(await dynamoObjects('manifests')),
      ...(await dynamoObjects('operator')),
    ];
    for (const object of objects) {
      assert.equal(await tryCreate(worker, inNamespace(object)), undefined, `${object.kind} ${object.metadata.name}`);
    }
  });

  it('can run a suite with a transport test and with Dynamo', async () => {
    const end = await lab.run(await dynamoSuite(lab, { deployWith: 'manifests' }));
    assert.equal(end.record.verdict, 'pass', end.failure);
    assert.deepEqual(await lab.leftovers(), []);
  });

  it('has no warnings of the type check in its policies', async () => {
    const policies = await lab.box.admin.list<PolicyWithStatus>(
      { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' },
      undefined,
    );
    const own = policies.filter(({ metadata }) => metadata.name.startsWith(lab.namespace.name));
    assert.equal(own.length, 3);
    for (const { metadata, status } of own)
      assert.deepEqual(status?.typeChecking?.expressionWarnings ?? [], [], metadata.name);
  });

  const run = () => ({
    workflowId: 'w',
    runId: 'r',
    key: '0123abcd',
    namespace: lab.namespace.name,
    leaseNamespace: lab.namespace.name,
    retryFor: 1,
  });

  function inNamespace(object: KubernetesObject): KubernetesObject {
    const labels = { ...object.metadata.labels, ...MANAGED_BY };
    const placed = { ...object, metadata: { ...object.metadata, namespace: lab.namespace.name, labels } };
    return withServiceAccount(placed, account);
  }

  async function createIn(namespace: string, object: KubernetesObject): Promise<unknown> {
    return worker.create({ ...object, metadata: { ...object.metadata, namespace } });
  }

  /** RBAC answers first, and learns of a binding with a short delay. */
  async function untilGranted(request: () => Promise<unknown>): Promise<string | undefined> {
    for (let tries = 0; ; tries++) {
      const refusal = await refusalOf(request);
      if (!refusal?.includes('is forbidden: User') || tries >= 100) return refusal;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** What the suite creates for Dynamo, with images that the policy allows. */
  async function dynamoObjects(deployWith: 'manifests' | 'operator'): Promise<KubernetesObject[]> {
    const { dynamo, cluster } = parseSpec({
      name: 'dynamo',
      cluster: { etcdImage: 'localhost/etcd:3.5.1' },
      tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
      dynamo: {
        deployWith,
        image: 'localhost/dynamo:1.6.1',
        model: { name: 'm', tokenSecret: 'hf-token-secret' },
        tests: [{ name: 'load', tool: 'inference' }],
      },
    });
    assert.ok(dynamo);
    const input: DeploymentInput = {
      run: run(),
      dynamo,
      topology: 'disaggregated',
      pair: { node1: 'gpu-1', node2: 'gpu-2' },
      cluster,
      gpuResource: 'nvidia.com/gpu',
      fabricEnvironment: { FI_PROVIDER: 'efa' },
      devices: [{ resource: 'vpc.amazonaws.com/efa', count: 4 }],
      tolerations: [],
      annotations: {},
      keep: false,
    };
    return (await deploymentObjects(input)).map(inNamespace);
  }
});

interface PolicyWithStatus extends KubernetesObject {
  readonly status?: { readonly typeChecking?: { readonly expressionWarnings?: readonly object[] } };
}
