import { cancellationSignal } from '@temporalio/activity';
import { etcdDeployment, etcdService } from '../../cluster/objects/etcd-objects.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { isReady, isTerminal } from '../../kubernetes/pods/pod-state.js';
import { startRefusal } from '../../kubernetes/pods/start-refusal.js';
import { describeRefusal, StartWatch } from '../../kubernetes/pods/start-watch.js';
import { etcdEndpoint, etcdName } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import type { EtcdSettings } from '../../suite/spec/etcd-settings.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { etcdPods } from './etcd-pods.js';

/** Returns the prefix of the keys that nixlbench writes for the groups of a run. */
const groupKeys = ({ key }: Run) => `xferbench/${key}-`;

/** Key that marks the etcd of a run. Keys are deleted only where this mark is set, so that no other etcd loses data. */
const MARK = 'dynamo-bench/mark';

const EXEC_TIMEOUT_MS = 10_000;

export interface DeployEtcdInput extends EtcdSettings {
  readonly run: Run;
  /** Seconds within which etcd must be ready, including the image pull. */
  readonly readyTimeout: number;
}

export interface WipedEtcd {
  readonly keysDeleted: number;
  /** Uid of the etcd pod; absent in histories of earlier versions of the worker. */
  readonly uid?: string;
}

export function etcdActivities(context: ActivityContext) {
  /**
   * Finds the etcd pod of the run, preferably a ready one, then one that has not ended: the Deployment leaves a pod that
   * its node has rejected, and creates another.
   */
  async function etcdPod(run: Run): Promise<Pod | undefined> {
    const pods = await etcdPods(context.cluster(run), run);
    const kept = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    return kept.find(isReady) ?? kept.find((pod) => !isTerminal(pod)) ?? kept[0] ?? pods[0];
  }

  /** @throws {SuiteFailure} `EtcdNotReady` also while the only pod is being deleted */
  async function readyEtcdPod(run: Run): Promise<Pod> {
    const pod = await etcdPod(run);
    if (pod && isReady(pod) && !pod.metadata.deletionTimestamp) return pod;
    throw new SuiteFailure('EtcdNotReady', `etcd ${run.namespace}/${etcdName(run)} has no ready pod`);
  }

  async function etcdctl(run: Run, pod: Pod, args: readonly string[], input?: string): Promise<string> {
    const { exitCode, output } = await execInPod(
      context.cluster(run),
      { namespace: run.namespace, pod: pod.metadata.name, container: 'etcd' },
      ['etcdctl', '--command-timeout=5s', ...args],
      { ...(input === undefined ? {} : { input }), timeoutMs: EXEC_TIMEOUT_MS, signal: cancellationSignal() },
    );
    if (exitCode !== 0)
      throw new SuiteFailure('EtcdNotReady', `etcdctl ${args[0]} failed with exit code ${exitCode}: ${output.trim()}`);
    return output;
  }

  /**
   * Deletes all keys and sets the mark again, in one transaction that changes nothing without the mark.
   *
   * @returns the number of deleted keys, the mark included; undefined without the mark
   */
  async function wipe(run: Run, pod: Pod): Promise<number | undefined> {
    const transaction = [
      `value("${MARK}") = "${run.key}"`,
      '',
      'del "" --prefix',
      `put ${MARK} ${run.key}`,
      '',
      '',
      '',
    ].join('\n');
    const output = await etcdctl(run, pod, ['txn'], transaction);
    const deleted = /^SUCCESS\s+(\d+)\s+OK/.exec(output)?.[1];
    if (deleted !== undefined) return Number(deleted);
    if (output.startsWith('FAILURE')) return undefined;
    throw new SuiteFailure('EtcdNotReady', `etcdctl txn printed no result: ${output.trim()}`);
  }

  return {
    /** Deploys the etcd of the run, waits until it is ready, and marks it. Returns its endpoint for the ranks. */
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
      let last = 'no pod exists yet';
      let remedy: string | undefined;
      const watch = new StartWatch(input.readyTimeout / 2);
      await poll(async (elapsed) => {
        const pod = await etcdPod(run);
        if (pod && isReady(pod)) return true;
        const problem = pod && watch.problem(pod, elapsed);
        if (problem) throw problem;
        last = pod ? describeWaiting(pod) : last;
        remedy = pod && startRefusal(pod)?.remedy;
        if (elapsed < input.readyTimeout) return undefined;
        throw new SuiteFailure(
          'EtcdNotReady',
          `etcd ${run.namespace}/${name} was not ready after ${input.readyTimeout} s: ${last}`,
          remedy === undefined ? {} : { hint: remedy },
        );
      }, cancellationSignal());
      await etcdctl(run, await readyEtcdPod(run), ['put', MARK, run.key]);
      return etcdEndpoint(run);
    },

    /**
     * Deletes all keys in the etcd of the run. Returns the number of keys that earlier ranks left, and the uid of the pod:
     * another pod has none of the keys that the next ranks write.
     *
     * A restart of etcd loses the mark together with all keys. An unmarked etcd is marked again when it is empty or
     * contains only keys of ranks of this run.
     *
     * @throws {SuiteFailure} `EtcdNotOwned` when an unmarked etcd contains other keys
     */
    async wipeEtcd(input: { run: Run }): Promise<WipedEtcd> {
      const { run } = input;
      const pod = await readyEtcdPod(run);
      const { uid } = pod.metadata;
      const deleted = await wipe(run, pod);
      if (deleted !== undefined) return { keysDeleted: deleted - 1, ...(uid ? { uid } : {}) };
      const keys = (await etcdctl(run, pod, ['get', '', '--prefix', '--keys-only']))
        .split('\n')
        .filter((key) => key.trim() !== '');
      const own = groupKeys(run);
      const foreign = keys.filter((key) => !key.startsWith(own));
      if (foreign.length > 0) {
        throw new SuiteFailure(
          'EtcdNotOwned',
          `etcd ${run.namespace}/${etcdName(run)} does not have the mark of this run and contains ${foreign.length} keys that no rank of this run wrote`,
        );
      }
      const left = Number(await etcdctl(run, pod, ['del', own, '--prefix']));
      await etcdctl(run, pod, ['put', MARK, run.key]);
      return { keysDeleted: left, ...(uid ? { uid } : {}) };
    },
  };
}

/** Describes why the etcd pod is not ready yet. */
function describeWaiting(pod: Pod): string {
  const refusal = startRefusal(pod);
  if (refusal) return `pod ${pod.metadata.name} on ${pod.spec.nodeName}: ${describeRefusal(refusal)}`;
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  const scheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return (
    waiting?.reason ??
    scheduled?.message ??
    `pod ${pod.metadata.name} is ${pod.status?.phase ?? 'new'}, its readiness probe has not passed`
  );
}
