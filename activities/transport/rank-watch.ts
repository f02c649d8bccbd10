/** Seconds that a rank may run on after the other has ended with exit code 0: it still has to disconnect. */
const GRACE_AFTER_SUCCESS = 30;
/** The same after a crash, a kill or a deletion. Without this limit the tools would wait 60 to 360 s for their peer. */
const GRACE_AFTER_LOSS = 5;
/**
 * Seconds within which a stopped rank must end. If it does not, its node does not answer. Longer than the
 * `terminationGracePeriodSeconds` of manifests/rank-pod.yaml, after which the kubelet kills the pod.
 */
const STOP_TIMEOUT = 30;

/** State of one rank, from the status of its pod. */
export interface WatchedRank {
  /** Name of the pod. */
  readonly name: string;
  readonly alive: boolean;
  /** Undefined while the rank runs, and when its pod does not exist. */
  readonly exitCode?: number | undefined;
  /** Whether its container has been started more than once. */
  readonly restarted: boolean;
}

/** State of a watch between two observations. Times are in seconds since its start. */
export interface WatchState {
  /** Time at which the end of the first rank was observed. */
  readonly firstEndSeen?: number;
  readonly stopRequestedAt: ReadonlyMap<string, number>;
  /** Whether a rank was still running at the deadline. */
  readonly timedOut: boolean;
}

/** Next action: end the watch; stop some ranks and observe again; or give up the attempt. */
export type WatchAction =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly stop: readonly string[] }
  | { readonly kind: 'lost'; readonly message: string };

export const watchStart: WatchState = { stopRequestedAt: new Map(), timedOut: false };

/**
 * Decides the next action from one observation of the ranks. Stops a rank a grace period after its peer has ended, and
 * both ranks at the deadline.
 *
 * @param now seconds since the start of the watch, and whether the deadline has passed
 */
export function nextAction(
  state: WatchState,
  ranks: readonly WatchedRank[],
  now: { readonly elapsed: number; readonly late: boolean },
): { state: WatchState; action: WatchAction } {
  const { elapsed, late } = now;
  const restarted = ranks.find((rank) => rank.restarted);
  if (restarted) {
    return { state, action: { kind: 'lost', message: `the container in pod ${restarted.name} was restarted` } };
  }
  const alive = ranks.filter((rank) => rank.alive);
  if (alive.length === 0) return { state, action: { kind: 'done' } };

  const firstEndSeen = alive.length < ranks.length ? (state.firstEndSeen ?? elapsed) : state.firstEndSeen;
  const lost = ranks.some((rank) => !rank.alive && rank.exitCode !== 0);
  const grace = lost ? GRACE_AFTER_LOSS : GRACE_AFTER_SUCCESS;
  const alone = firstEndSeen !== undefined && elapsed - firstEndSeen >= grace;
  const stop = late || alone ? alive.map(({ name }) => name).filter((name) => !state.stopRequestedAt.has(name)) : [];
  const next: WatchState = {
    ...(firstEndSeen === undefined ? {} : { firstEndSeen }),
    stopRequestedAt: new Map([...state.stopRequestedAt, ...stop.map((name) => [name, elapsed] as const)]),
    timedOut: state.timedOut || late,
  };
  const unresponsive = alive.find(({ name }) => elapsed - (state.stopRequestedAt.get(name) ?? elapsed) > STOP_TIMEOUT);
  return unresponsive === undefined
    ? { state: next, action: { kind: 'wait', stop } }
    : {
        state: next,
        action: {
          kind: 'lost',
          message: `pod ${unresponsive.name} did not stop within ${STOP_TIMEOUT} s after the request`,
        },
      };
}
