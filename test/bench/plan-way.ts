import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { measuringPod, onlyContainer } from '../../cluster/objects/measuring-pod.js';
import { readManifest } from '../../kubernetes/client/manifest.js';
import type { Run } from '../../suite/run/run.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';

const KUBECTL = fileURLToPath(new URL('../../../local/kubectl.sh', import.meta.url));
const PODS = { node1: 'plan-node1', node2: 'plan-node2' } as const;
const FOLDER = '/tmp';

/** Wall time of the plan's way, in seconds. */
export interface PlanTimes {
  readonly total: number;
  /** Inside the tools: from the start of the second rank to the end of both. */
  readonly tools: number;
}

/**
 * The plan's own way, as its scripts do it: two pods that sleep, `kubectl exec` for every rank, and a fixed sleep
 * between node2 and node1. Tools, parameters, pods and etcd are the suite's.
 *
 * @param delaySeconds the plan's "7 to 10 s"; the lowest is the hardest to beat
 */
export async function runPlanWay(
  spec: SuiteSpec,
  namespace: string,
  pair: { node1: string; node2: string },
  delaySeconds: number,
): Promise<PlanTimes> {
  const started = performance.now();
  const kubectl = (...args: string[]) => execa(KUBECTL, ['--namespace', namespace, ...args]);
  const apply = (objects: readonly unknown[]) =>
    execa(KUBECTL, ['--namespace', namespace, 'apply', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    });
  let tools = 0;
  try {
    await apply([...(await etcd(spec, namespace)), ...(await sleepingPods(spec, namespace, pair))]);
    await kubectl('rollout', 'status', 'deployment/dynamo-bench-etcd', '--timeout=120s');
    await kubectl('wait', '--for=condition=Ready', `pod/${PODS.node1}`, `pod/${PODS.node2}`, '--timeout=120s');
    const { stdout: address } = await kubectl('get', 'pod', PODS.node2, '-o', 'jsonpath={.status.podIP}');
    for (const test of spec.tests) {
      await kubectl('exec', 'deployment/dynamo-bench-etcd', '--', 'etcdctl', 'del', '', '--prefix');
      const command = commandsOf(test, address, `http://dynamo-bench-etcd.${namespace}.svc:2379`);
      const environment = Object.entries({ ...spec.env, ...test.env }).map(([name, value]) => `${name}=${value}`);
      const exec = (pod: string, args: readonly string[]) => kubectl('exec', pod, '--', 'env', ...environment, ...args);
      for (const [name, text] of Object.entries(toolOf(test).files(test))) {
        for (const pod of Object.values(PODS)) {
          await kubectl('exec', pod, '--', 'sh', '-c', `printf '%s' "$1" > ${FOLDER}/${name}`, 'write', text);
        }
      }
      const node2 = exec(PODS.node2, command.node2);
      await new Promise((resolve) => setTimeout(resolve, delaySeconds * 1000));
      const toolStarted = performance.now();
      await Promise.all([node2, exec(PODS.node1, command.node1)]);
      tools += performance.now() - toolStarted;
    }
  } finally {
    await kubectl('delete', 'pods,deployments,services', '-l', 'plan-way=yes', '--grace-period=1', '--wait=true');
  }
  return { total: (performance.now() - started) / 1000, tools: tools / 1000 };
}

function commandsOf(test: TransportTestSpec, address: string, etcdEndpoint: string) {
  const place = { folder: FOLDER, etcdEndpoint, group: `plan-${test.name}` };
  const commandOf = (server?: string) => toolOf(test).run(test, { ...place, server }).command;
  return { node2: commandOf(), node1: commandOf(address) };
}

const LABEL = { 'plan-way': 'yes' };

async function etcd(spec: SuiteSpec, namespace: string): Promise<unknown[]> {
  const text = JSON.stringify(await readManifest('etcd.yaml')).replaceAll(
    'quay.io/coreos/etcd:v3.5.18',
    spec.cluster.etcdImage,
  );
  const objects = JSON.parse(text) as Awaited<ReturnType<typeof readManifest>>;
  return objects.map((object) => ({
    ...object,
    metadata: { ...object.metadata, namespace, labels: { ...object.metadata.labels, ...LABEL } },
  }));
}

async function sleepingPods(
  spec: SuiteSpec,
  namespace: string,
  pair: { node1: string; node2: string },
): Promise<unknown[]> {
  const run: Run = {
    workflowId: 'plan',
    runId: 'plan',
    key: 'plan',
    namespace,
    leaseNamespace: namespace,
    retryFor: 0,
  };
  return Promise.all(
    (['node1', 'node2'] as const).map(async (position) => {
      const pod = await measuringPod(run, podSettings(spec), pair[position]);
      const container = onlyContainer(pod);
      container.command = ['sleep', 'infinity'];
      container.args = [];
      container.volumeMounts = [{ name: 'shared-memory', mountPath: '/dev/shm' }];
      pod.spec.volumes = (pod.spec.volumes as { name: string }[]).filter(({ name }) => name === 'shared-memory');
      return {
        ...pod,
        metadata: { ...pod.metadata, name: PODS[position], namespace, labels: { ...pod.metadata.labels, ...LABEL } },
      };
    }),
  );
}
