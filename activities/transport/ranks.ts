import { cancellationSignal } from '@temporalio/activity';
import { isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded, isRunning } from '../../kubernetes/pods/pod-state.js';
import { POSITION_LABEL, type Run, TEST_LABEL } from '../../suite/run/run.js';
import { NIXLBENCH_REGISTERED } from '../../suite/tools/nixlbench.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { endPod, type StartTimeouts, waitUntilStarted } from '../pods/pods.js';
import { type RankInput, rankPod } from './rank-pod.js';

/** How long one rank may go on alone after the other ended well, in seconds: it still has to say goodbye. */
const GRACE_AFTER_SUCCESS = 30;
/** The same after a crash, a kill or a deletion. The tools themselves would wait 60 to 360 s for a peer that is gone. */
const GRACE_AFTER_LOSS = 5;
/** Until a rank that is told to end has ended, or a deleted one is gone. Longer means that its node is. */
const END_TIMEOUT = 30;

export interface StartedRank {
  readonly pod: string;
  readonly address: string;
  /** The first rank is ready for the second: it registered in etcd, or its server listens. */
  readonly ready: boolean;
  /** Seconds since the rank was first seen running. */
  readonly runningFor: number;
}

export interface WatchInput {
  readonly run: Run;
  /** Nodes that the run has claimed. */
  readonly nodes: readonly string[];
  readonly pods: readonly string[];
  /** Time by which both ranks must have ended, ISO 8601. */
  readonly deadline: string;
}

export interface WatchResult {
  readonly timedOut: boolean;
  /** Pods that the suite ended itself. */
  readonly endedBySuite: readonly string[];
}

export function rankActivities(context: ActivityContext) {
  return {
    /**
     * Starts a rank on a node that the run has claimed, or finds the one that an earlier try started, and waits until it runs. The first rank of an
     * attempt is also waited for until it is ready for the second, at most `readyWithin` seconds.
     */
    async startRank(
      input: RankInput & { patience: StartTimeouts; nodes: readonly string[]; readyWithin?: number | undefined },
    ): Promise<StartedRank> {
      const { run, readyWithin } = input;
      const cluster = context.cluster(run);
      const pod = await rankPod(input);
      const labels = { [TEST_LABEL]: input.test.name, [POSITION_LABEL]: input.position };
      const [owned] = await Promise.all([
        context.owned(run, pod, pod.metadata.name, labels),
        context.claims.renew(run, input.nodes, 'now'),
      ]);
      await cluster.createOrAdopt(owned, cancellationSignal());
      const started = await waitUntilStarted(cluster, owned, input.patience, () =>
        context.claims.renew(run, input.nodes),
      );
      const seenRunningAt = performance.now();
      const ready = readyWithin === undefined ? true : await waitUntilReady(input, readyWithin);
      return {
        pod: pod.metadata.name,
        address: started.status?.podIP ?? '',
        ready,
        runningFor: (performance.now() - seenRunningAt) / 1000,
      };
    },

    /**
     * Watches both ranks until they have ended. A rank whose peer is gone, and both at the deadline, are ended here:
     * the tools wait for minutes, or for ever.
     */
    async watchRanks(input: WatchInput): Promise<WatchResult> {
      const { run, pods } = input;
      const cluster = context.cluster(run);
      const deadline = Date.parse(input.deadline);
      const stopRequestedAt = new Map<string, number>();
      let firstEndSeen: number | undefined;
      let timedOut = false;
      await poll(async (elapsed) => {
        const current = await Promise.all(
          pods.map((name) => cluster.find<Pod>(POD, run.namespace, name, cancellationSignal())),
        );
        const again = current.find((pod) => pod && (containerStatus(pod)?.restartCount ?? 0) > 0);
        if (again)
          throw new SuiteFailure('PodLost', `the node of pod ${again.metadata.name} lost it and began it anew`);
        const alive = pods.filter((_, i) => isAlive(current[i]));
        if (alive.length === 0) return true;
        await context.claims.renew(run, input.nodes);
        if (alive.length < pods.length) {
          firstEndSeen ??= elapsed;
          const lost = current.some((pod) => !isAlive(pod) && exitCodeOf(pod) !== 0);
          if (elapsed - firstEndSeen >= (lost ? GRACE_AFTER_LOSS : GRACE_AFTER_SUCCESS)) {
            await Promise.all(alive.map((name) => end(name, elapsed)));
          }
        }
        if (Date.now() >= deadline) {
          timedOut = true;
          await Promise.all(alive.map((name) => end(name, elapsed)));
        }
        const unresponsive = alive.find((name) => elapsed - (stopRequestedAt.get(name) ?? elapsed) > END_TIMEOUT);
        if (unresponsive === undefined) return undefined;
        throw new SuiteFailure(
          'PodLost',
          `pod ${unresponsive} did not end within ${END_TIMEOUT} s after it was told to`,
        );
      }, cancellationSignal());
      return { timedOut, endedBySuite: [...stopRequestedAt.keys()] };

      async function end(name: string, elapsed: number): Promise<void> {
        if (stopRequestedAt.has(name)) return;
        stopRequestedAt.set(name, elapsed);
        await endPod(cluster, run.namespace, name).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      }
    },

    /**
     * Deletes the pods of an attempt; its evidence must be stored before. A pod that has ended holds nothing any more,
     * so only one that still runs is waited for; one whose node does not answer is struck off.
     */
    async removeRanks(input: { run: Run; pods: readonly string[] }): Promise<void> {
      const { run, pods } = input;
      const cluster = context.cluster(run);
      await Promise.all(
        pods.map((name) =>
          cluster.delete(POD, run.namespace, name, { gracePeriodSeconds: 1, signal: cancellationSignal() }),
        ),
      );
      await poll(async (elapsed) => {
        const found = await Promise.all(
          pods.map((name) => cluster.find<Pod>(POD, run.namespace, name, cancellationSignal())),
        );
        const left = found.filter((pod) => pod !== undefined).filter((pod) => !hasEnded(pod));
        if (left.length > 0 && elapsed < END_TIMEOUT) return undefined;
        const signal = cancellationSignal();
        await Promise.all(
          left.map(({ metadata }) =>
            cluster.delete(POD, run.namespace, metadata.name, { gracePeriodSeconds: 0, signal }),
          ),
        );
        return true;
      }, cancellationSignal());
    },
  };

  async function waitUntilReady(input: RankInput, within: number): Promise<boolean> {
    const cluster = context.cluster(input.run);
    const pod = await rankPod(input);
    return poll(async (elapsed) => {
      const current = await cluster.find<Pod>(POD, input.run.namespace, pod.metadata.name, cancellationSignal());
      if (!current)
        throw new SuiteFailure(
          'PodLost',
          `pod ${input.run.namespace}/${pod.metadata.name} was deleted while it started`,
        );
      if (hasEnded(current)) return false;
      if (input.test.tool === 'ucx-perftest') {
        if (containerStatus(current)?.started) return true;
      } else if (
        NIXLBENCH_REGISTERED.test(
          await cluster.podLog(input.run.namespace, pod.metadata.name, 'rank', cancellationSignal()),
        )
      ) {
        return true;
      }
      return elapsed >= within ? false : undefined;
    }, cancellationSignal());
  }
}

function isAlive(pod: Pod | undefined): boolean {
  return pod !== undefined && !hasEnded(pod) && (isRunning(pod) || !pod.metadata.deletionTimestamp);
}

function exitCodeOf(pod: Pod | undefined): number | undefined {
  return pod && containerStatus(pod)?.state?.terminated?.exitCode;
}
