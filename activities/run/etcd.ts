import { cancellationSignal } from '@temporalio/activity';
import { execInPod } from '../../kubernetes/client/exec.js';
import { readManifestObject } from '../../kubernetes/client/manifest.js';
import type { Container, Deployment, KubernetesObject, Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { isReady } from '../../kubernetes/pods/pod-state.js';
import { StartWatch } from '../../kubernetes/pods/start-watch.js';
import { etcdEndpoint, etcdName, RUN_LABEL, type Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';

/** What the keys of all groups of a run begin with, as nixlbench writes them. */
const groupKeys = ({ key }: Run) => `xferbench/${key}-`;

/** A key that only the suite's own etcd holds. Without it no key of anybody else is ever deleted. */
const MARK = 'dynamo-bench/mark';

const EXEC_TIMEOUT_MS = 10_000;

export interface DeployEtcdInput {
  readonly run: Run;
  readonly image: string;
  readonly imagePullPolicy: SuiteSpec['cluster']['imagePullPolicy'];
  readonly imagePullSecret?: string | undefined;
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
  /** Seconds until it must be ready, image pull included. */
  readonly readyTimeout: number;
}

export function etcdActivities(context: ActivityContext) {
  /** The run's etcd pod that is ready, found by the run's label: never by a host name, which could be anybody's. */
  async function etcdPod(run: Run): Promise<Pod | undefined> {
    const labelSelector = `${RUN_LABEL}=${run.key},app.kubernetes.io/component=etcd`;
    const pods = await context.cluster(run).list<Pod>(POD, run.namespace, { labelSelector }, cancellationSignal());
    return pods.find((pod) => isReady(pod) && !pod.metadata.deletionTimestamp) ?? pods[0];
  }

  async function etcdctl(run: Run, args: readonly string[], input?: string): Promise<string> {
    const pod = await etcdPod(run);
    if (!pod || !isReady(pod))
      throw new SuiteFailure('EtcdNotReady', `etcd ${run.namespace}/${etcdName(run)} has no ready pod`);
    const { exitCode, output } = await execInPod(
      context.cluster(run),
      { namespace: run.namespace, pod: pod.metadata.name, container: 'etcd' },
      ['etcdctl', '--command-timeout=5s', ...args],
      { ...(input === undefined ? {} : { input }), timeoutMs: EXEC_TIMEOUT_MS, signal: cancellationSignal() },
    );
    if (exitCode !== 0)
      throw new SuiteFailure('EtcdNotReady', `etcdctl ${args[0]} ended with exit code ${exitCode}: ${output.trim()}`);
    return output;
  }

  /**
   * Deletes everything and sets the mark again, in one transaction that does nothing unless the mark is there.
   *
   * @returns how many keys there were, the mark among them; undefined when the mark was not there
   */
  async function wipe(run: Run): Promise<number | undefined> {
    const transaction = [
      `value("${MARK}") = "${run.key}"`,
      '',
      'del "" --prefix',
      `put ${MARK} ${run.key}`,
      '',
      '',
      '',
    ].join('\n');
    const output = await etcdctl(run, ['txn'], transaction);
    const deleted = /^SUCCESS\s+(\d+)\s+OK/.exec(output)?.[1];
    if (deleted !== undefined) return Number(deleted);
    if (output.startsWith('FAILURE')) return undefined;
    throw new SuiteFailure('EtcdNotReady', `etcdctl txn did not say how it ended: ${output.trim()}`);
  }

  return {
    /** Deploys the run's own etcd, waits until it answers, and marks it. Returns its endpoint for the ranks. */
    async deployEtcd(input: DeployEtcdInput): Promise<string> {
      const { run } = input;
      const cluster = context.cluster(run);
      const name = etcdName(run);
      const deployment = await context.owned(run, await etcdDeployment(input, name), name);
      const service = await context.owned(run, await etcdService(name), name);
      await Promise.all([
        cluster.apply(deployment, cancellationSignal()),
        cluster.apply(service, cancellationSignal()),
      ]);
      let last = 'no pod yet';
      const watch = new StartWatch(input.readyTimeout / 2);
      await poll(async (elapsed) => {
        const pod = await etcdPod(run);
        if (pod && isReady(pod)) return true;
        const problem = pod && watch.problem(pod, elapsed);
        if (problem) throw problem;
        last = pod ? describeWaiting(pod) : last;
        if (elapsed < input.readyTimeout) return undefined;
        throw new SuiteFailure(
          'EtcdNotReady',
          `etcd ${run.namespace}/${name} was not ready after ${input.readyTimeout} s: ${last}`,
        );
      }, cancellationSignal());
      await etcdctl(run, ['put', MARK, run.key]);
      return etcdEndpoint(run);
    },

    /**
     * Empties the run's own etcd and returns how many keys an earlier rank had left.
     *
     * An etcd that was restarted has lost its mark with all its keys. When it is empty, or holds keys of this run's ranks
     * and no others, it is marked again. One that holds other keys and no mark is not ours.
     */
    async wipeEtcd(input: { run: Run }): Promise<{ keysDeleted: number }> {
      const { run } = input;
      const deleted = await wipe(run);
      if (deleted !== undefined) return { keysDeleted: deleted - 1 };
      const keys = (await etcdctl(run, ['get', '', '--prefix', '--keys-only']))
        .split('\n')
        .filter((key) => key.trim() !== '');
      const own = groupKeys(run);
      const foreign = keys.filter((key) => !key.startsWith(own));
      if (foreign.length > 0) {
        throw new SuiteFailure(
          'EtcdNotOwned',
          `etcd ${run.namespace}/${etcdName(run)} holds ${foreign.length} keys that no rank of this run wrote, and no mark of this run`,
        );
      }
      const left = Number(await etcdctl(run, ['del', own, '--prefix']));
      await etcdctl(run, ['put', MARK, run.key]);
      return { keysDeleted: left };
    },
  };
}

async function etcdDeployment(input: DeployEtcdInput, name: string): Promise<KubernetesObject> {
  const manifest = await readManifestObject<Deployment>('etcd.yaml', 'Deployment');
  const spec = structuredClone(manifest.spec) as EtcdDeploymentSpec;
  const labels = { 'app.kubernetes.io/name': name };
  spec.selector.matchLabels = labels;
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    ...labels,
    [RUN_LABEL]: input.run.key,
  };
  const [container] = spec.template.spec.containers;
  if (container) {
    container.image = input.image;
    container.imagePullPolicy = input.imagePullPolicy;
    container.command = container.command?.map((arg) => arg.replace('//dynamo-bench-etcd:', `//${name}:`)) ?? [];
  }
  spec.template.spec.tolerations = input.tolerations;
  if (input.imagePullSecret) spec.template.spec.imagePullSecrets = [{ name: input.imagePullSecret }];
  return { ...manifest, spec };
}

async function etcdService(name: string): Promise<KubernetesObject> {
  const manifest = await readManifestObject('etcd.yaml', 'Service');
  return { ...manifest, spec: { ...(manifest.spec as object), selector: { 'app.kubernetes.io/name': name } } };
}

interface EtcdDeploymentSpec {
  selector: { matchLabels: Record<string, string> };
  template: {
    metadata: { labels: Record<string, string> };
    spec: { containers: Container[]; tolerations?: unknown; imagePullSecrets?: { name: string }[] };
  };
}

function describeWaiting(pod: Pod): string {
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  const scheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return (
    waiting?.reason ??
    scheduled?.message ??
    `pod ${pod.metadata.name} is ${pod.status?.phase ?? 'new'}, its readiness probe has not passed`
  );
}
