/** How long one rank may run alone after the other ended well, in seconds: it still has to disconnect. */
const GRACE_AFTER_SUCCESS = 30;
/** The same after a crash, a kill or a deletion. The tools themselves would wait 60 to 360 s for a peer that is gone. */
const GRACE_AFTER_LOSS = 5;
/** Seconds until a rank that was asked to stop has ended. Longer means that its node does not answer. */
const STOP_TIMEOUT = 30;

/** One rank as its pod shows it. */
export interface WatchedRank {
  /** Name of the pod. */
  readonly name: string;
  readonly alive: boolean;
  /** Absent while it runs, and when its pod is gone. */
  readonly exitCode?: number | undefined;
  /** Its container was started more than once. */
  readonly restarted: boolean;
}

/** State of a watch between two observations. Times are seconds since it began. */
export interface WatchState {
  /** Time at which the end of the first rank was observed. */
  readonly firstEndSeen?: number;
  readonly stopRequestedAt: ReadonlyMap<string, number>;
  /** A rank still ran at the deadline. */
  readonly timedOut: boolean;
}

/** Next action: none, stop these ranks and observe again, or give up the attempt. */
export type WatchAction =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly stop: readonly string[] }
  | { readonly kind: 'lost'; readonly message: string };

export const watchStart: WatchState = { stopRequestedAt: new Map(), timedOut: false };

/**
 * Decides the next action from one observation of the ranks: a rank whose peer is gone is stopped after a grace period, and both are
 * stopped at the deadline.
 *
 * @param now seconds since the watch began, and whether the deadline has passed
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
          message: `pod ${unresponsive.name} did not stop within ${STOP_TIMEOUT} s of being asked to`,
        },
      };
}
