import { cancellationSignal } from '@temporalio/activity';
import { type RankInput, rankLabels, rankPod } from '../../cluster/objects/rank-pod.js';
import { isNotFound } from '../../kubernetes/client/api-failure.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { poll } from '../../kubernetes/client/poll.js';
import { POD } from '../../kubernetes/client/resources.js';
import { containerStatus, hasEnded, isRunning } from '../../kubernetes/pods/pod-state.js';
import type { LogText } from '../../suite/record/log-text.js';
import type { Run } from '../../suite/run/run.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import { endPod, type StartTimeouts, waitUntilStarted } from '../pods/pods.js';
import { removePods } from '../pods/removal.js';
import { etcdPods } from '../run/etcd-pods.js';
import { DeletedRankLogs } from './deleted-rank-logs.js';
import { EtcdWatch } from './etcd-watch.js';
import { ProgressWatch } from './progress-watch.js';
import { nextAction, type StopCause, type WatchedRank, type WatchState, watchStart } from './rank-watch.js';

export interface StartedRank {
  readonly pod: string;
  readonly address: string;
  /** Whether the first rank is ready for the second: it has registered in etcd, or its server listens. */
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
  /** Test of the ranks; absent in histories of earlier versions of the worker, whose ranks are not watched for stalls and etcd. */
  readonly test?: TransportTestSpec | undefined;
  /** Uid of the etcd pod that was wiped for the attempt; default: that of the first observation. */
  readonly etcd?: string | undefined;
  /** Folder of the attempt, below the folder of the run; absent like `test`. */
  readonly folder?: string | undefined;
}

export interface WatchResult {
  readonly timedOut: boolean;
  /** Pods that the suite ended. */
  readonly endedBySuite: readonly string[];
  /** True when the messages of the ranks in etcd were lost while they ran. */
  readonly etcdLost?: boolean;
  /** Seconds without output after which the suite stopped both ranks. */
  readonly stalledFor?: number;
}

/** Annotation of a rank that the suite has stopped: the cause, so that a restarted worker continues with the same state. */
const STOPPED_ANNOTATION = 'dynamo-bench/stopped-for';

/** Seconds between two observations of etcd. */
const ETCD_PAUSE = 2;

/** Lines at the end of a rank's log that show whether it has printed anything, and contain the table so far. */
const TAIL_LINES = 300;

/** Lines at the end of a starting rank's log that can contain the one that says that it is ready. */
const READY_LINES = 5000;

export function rankActivities(context: ActivityContext) {
  return {
    /**
     * Starts a rank on a node that the run has claimed, or adopts the one that an earlier try started, and waits until
     * it runs. With `readyWithin`, also waits until this rank is ready for the second one, at most that many seconds.
     */
    async startRank(
      input: RankInput & { patience: StartTimeouts; nodes: readonly string[]; readyWithin?: number | undefined },
    ): Promise<StartedRank> {
      const { run, readyWithin } = input;
      const cluster = context.cluster(run);
      const pod = await rankPod(input);
      const [owned] = await Promise.all([
        context.owned(run, pod, pod.metadata.name, rankLabels(input)),
        context.claims.renew(run, input.nodes, 'all'),
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
     * Watches both ranks until they have ended. Ends a rank whose peer is gone, and both ranks at the deadline, after the
     * loss of their etcd, and when they print nothing for too long, because the tools themselves would wait for minutes or
     * forever.
     */
    async watchRanks(input: WatchInput): Promise<WatchResult> {
      const { run, test, pods, folder } = input;
      const cluster = context.cluster(run);
      const deadline = Date.parse(input.deadline);
      const etcd = test && toolOf(test).usesEtcd ? new EtcdWatch(input.etcd) : undefined;
      const progress =
        test && new ProgressWatch(test, () => Promise.all(pods.map((name) => lastLines(run, name, TAIL_LINES))));
      const deleted = new DeletedRankLogs((name) => logOf(run, name));
      const observe = () =>
        Promise.all(pods.map((name) => cluster.find<Pod>(POD, run.namespace, name, cancellationSignal())));
      let state: WatchState = watchStart;
      let etcdSeenAt = Number.NEGATIVE_INFINITY;
      let etcdLost = false;
      await poll(async (elapsed) => {
        let found = await observe();
        const failed = found.some(
          (pod) => !pod || (hasEnded(pod) && containerStatus(pod)?.state?.terminated?.exitCode !== 0),
        );
        if (etcd && !etcdLost && (failed || elapsed - etcdSeenAt >= ETCD_PAUSE)) {
          etcdSeenAt = elapsed;
          etcdLost = etcd.isLost(await etcdPods(cluster, run), elapsed);
          // Ranks that ended before the loss must not be stopped for it.
          if (etcdLost) found = await observe();
        }
        const ranks = pods.map((name, i) => watchedRank(name, found[i]));
        deleted.note(found.filter((pod) => pod && !state.stopRequestedAt.has(pod.metadata.name)));
        const stalledFor = progress?.stalledFor(elapsed);
        const next = nextAction(state, ranks, { elapsed, late: Date.now() >= deadline, etcdLost, stalledFor });
        state = next.state;
        const { action } = next;
        const ends = action.kind === 'done' || action.kind === 'lost';
        if (ends && folder !== undefined) await deleted.save(context.store, run, folder);
        if (action.kind === 'lost') throw new SuiteFailure('PodLost', action.message);
        if (action.kind === 'done') return true;
        await context.claims.renew(run, input.nodes);
        if (action.kind === 'stop') await Promise.all(action.pods.map((name) => stop(run, name, action.cause)));
        return undefined;
      }, cancellationSignal());
      return watchResult(state);
    },

    /**
     * Deletes the pods of an attempt. Store its evidence first.
     */
    async removeRanks(input: { run: Run; pods: readonly string[] }): Promise<void> {
      const { run, pods } = input;
      await removePods(context.cluster(run), run.namespace, pods);
    },
  };

  /** Ends the container of a rank. Succeeds when the pod does not exist. */
  async function stop(run: Run, name: string, cause: StopCause): Promise<void> {
    const noted = { [STOPPED_ANNOTATION]: JSON.stringify(cause) };
    await endPod(context.cluster(run), run.namespace, name, noted).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  function logOf(run: Run, name: string): Promise<LogText> {
    return context.cluster(run).podLog(run.namespace, name, 'rank', cancellationSignal(), { timestamps: true });
  }

  function lastLines(run: Run, name: string, lines: number): Promise<string> {
    const signal = cancellationSignal();
    return context.cluster(run).lastLogLines(run.namespace, name, 'rank', lines, signal, { timestamps: true });
  }

  async function waitUntilReady(input: RankInput, within: number): Promise<boolean> {
    const { namespace } = input.run;
    const cluster = context.cluster(input.run);
    const { name } = (await rankPod(input)).metadata;
    const readiness = toolOf(input.test).readiness(input.test);
    return poll(async (elapsed) => {
      const current = await cluster.find<Pod>(POD, namespace, name, cancellationSignal());
      if (!current) throw new SuiteFailure('PodLost', `pod ${namespace}/${name} was deleted during its start`);
      if (hasEnded(current)) return false;
      const ready =
        readiness.kind === 'listening'
          ? containerStatus(current)?.started
          : readiness.pattern.test(await lastLines(input.run, name, READY_LINES));
      if (ready) return true;
      return elapsed >= within ? false : undefined;
    }, cancellationSignal());
  }
}

function watchedRank(name: string, pod: Pod | undefined): WatchedRank {
  const status = pod && containerStatus(pod);
  return {
    name,
    alive: pod !== undefined && !hasEnded(pod) && (isRunning(pod) || !pod.metadata.deletionTimestamp),
    exitCode: status?.state?.terminated?.exitCode,
    restarted: (status?.restartCount ?? 0) > 0,
    stopped: pod && stopCauseOf(pod),
  };
}

/** Reads why an earlier try of the watch has stopped a rank. */
function stopCauseOf({ metadata }: Pod): StopCause | undefined {
  const noted = metadata.annotations?.[STOPPED_ANNOTATION];
  return noted === undefined ? undefined : (JSON.parse(noted) as StopCause);
}

function watchResult({ stopRequestedAt, cause }: WatchState): WatchResult {
  return {
    timedOut: cause?.kind === 'time-limit',
    endedBySuite: [...stopRequestedAt.keys()],
    ...(cause?.kind === 'etcd-lost' ? { etcdLost: true } : {}),
    ...(cause?.kind === 'stalled' ? { stalledFor: Math.round(cause.seconds) } : {}),
  };
}
