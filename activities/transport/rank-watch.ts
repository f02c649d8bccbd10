/** Seconds that a rank may run on after the other has ended with exit code 0: it still has to disconnect. */
const GRACE_AFTER_SUCCESS = 30;
/** The same after a crash, a kill or a deletion. Without this limit the tools would wait 60 to 360 s for their peer. */
const GRACE_AFTER_LOSS = 5;
/**
 * Seconds within which a stopped rank must end. If it does not, its node does not answer. Longer than the
 * `terminationGracePeriodSeconds` of manifests/rank-pod.yaml, after which the kubelet kills the pod.
 */
const STOP_TIMEOUT = 30;

/** Why the suite stops a rank: its peer has ended, the time limit has passed, etcd is lost, or nothing was printed. */
export type StopCause =
  | { readonly kind: 'peer-ended' | 'time-limit' | 'etcd-lost' }
  | { readonly kind: 'stalled'; readonly seconds: number };

/** State of one rank, from its pod. */
export interface WatchedRank {
  /** Name of the pod. */
  readonly name: string;
  readonly alive: boolean;
  /** Undefined while the rank runs, and when its pod does not exist. */
  readonly exitCode?: number | undefined;
  /** Whether its container has been started more than once. */
  readonly restarted: boolean;
  /** Why an earlier try of the watch has stopped it, as noted on its pod. */
  readonly stopped?: StopCause | undefined;
}

/** Observations beside the ranks. */
export interface WatchFacts {
  /** Seconds since the start of the watch. */
  readonly elapsed: number;
  /** Whether the deadline has passed. */
  readonly late: boolean;
  /** Whether the messages in etcd are lost. */
  readonly etcdLost?: boolean;
  /** Seconds for which no rank has printed anything, if that is too long. */
  readonly stalledFor?: number | undefined;
}

/** State of a watch between two observations. Times are in seconds since its start. */
export interface WatchState {
  /** Time at which the end of the first rank was observed. */
  readonly firstEndSeen?: number;
  readonly stopRequestedAt: ReadonlyMap<string, number>;
  /** First reason for which the suite has stopped ranks. */
  readonly cause?: StopCause;
}

/** Next action: end the watch; observe again; stop some ranks and observe again; or give up the attempt. */
export type WatchAction =
  | { readonly kind: 'done' | 'wait' }
  | { readonly kind: 'stop'; readonly pods: readonly string[]; readonly cause: StopCause }
  | { readonly kind: 'lost'; readonly message: string };

export const watchStart: WatchState = { stopRequestedAt: new Map() };

/**
 * Decides the next action from one observation of the ranks. Stops a rank a grace period after its peer has ended, and
 * both ranks at the deadline, when etcd has lost their messages, and when they print nothing for too long.
 */
export function nextAction(
  former: WatchState,
  ranks: readonly WatchedRank[],
  facts: WatchFacts,
): { state: WatchState; action: WatchAction } {
  const { elapsed } = facts;
  const restarted = ranks.find((rank) => rank.restarted);
  if (restarted) {
    const message = `the container in pod ${restarted.name} was restarted`;
    return { state: former, action: { kind: 'lost', message } };
  }
  const resumed = withEarlierStops(former, ranks, elapsed);
  const alive = ranks.filter((rank) => rank.alive);
  const cause = resumed.cause ?? stopCause(resumed, ranks, facts);
  const state: WatchState = {
    ...resumed,
    ...(alive.length < ranks.length ? { firstEndSeen: resumed.firstEndSeen ?? elapsed } : {}),
    ...(cause ? { cause } : {}),
  };
  if (alive.length === 0) return { state, action: { kind: 'done' } };

  const unresponsive = alive.find(({ name }) => elapsed - (state.stopRequestedAt.get(name) ?? elapsed) > STOP_TIMEOUT);
  if (unresponsive) {
    const message = `pod ${unresponsive.name} did not stop within ${STOP_TIMEOUT} s after the request`;
    return { state, action: { kind: 'lost', message } };
  }
  const pods = alive.map(({ name }) => name).filter((name) => !state.stopRequestedAt.has(name));
  if (!cause || pods.length === 0) return { state, action: { kind: 'wait' } };
  const stopRequestedAt = new Map([...state.stopRequestedAt, ...pods.map((name) => [name, elapsed] as const)]);
  return { state: { ...state, stopRequestedAt }, action: { kind: 'stop', pods, cause } };
}

/** Adds the stops that an earlier try of the watch has requested. */
function withEarlierStops(state: WatchState, ranks: readonly WatchedRank[], elapsed: number): WatchState {
  const earlier = ranks.filter(({ name, stopped }) => stopped && !state.stopRequestedAt.has(name));
  const cause = state.cause ?? earlier[0]?.stopped;
  return {
    ...state,
    stopRequestedAt: new Map([...state.stopRequestedAt, ...earlier.map(({ name }) => [name, elapsed] as const)]),
    ...(cause ? { cause } : {}),
  };
}

/**
 * Returns why the ranks must stop now. The loss of etcd explains an end with an error that is observed together with it, and
 * never one that was observed before. A rank that has ended with exit code 0 had no more use for etcd.
 */
function stopCause(
  state: WatchState,
  ranks: readonly WatchedRank[],
  { elapsed, late, etcdLost, stalledFor }: WatchFacts,
): StopCause | undefined {
  const ended = ranks.filter(({ alive }) => !alive);
  const failed = ended.some(({ exitCode }) => exitCode !== 0);
  if (etcdLost && state.firstEndSeen === undefined && (ended.length === 0 || failed)) return { kind: 'etcd-lost' };
  if (ended.length === ranks.length) return undefined;
  if (late) return { kind: 'time-limit' };
  if (ended.length === 0) return stalledFor === undefined ? undefined : { kind: 'stalled', seconds: stalledFor };
  const grace = failed ? GRACE_AFTER_LOSS : GRACE_AFTER_SUCCESS;
  return elapsed - (state.firstEndSeen ?? elapsed) >= grace ? { kind: 'peer-ended' } : undefined;
}
