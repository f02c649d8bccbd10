import assert from 'node:assert/strict';
import {
  nextAction,
  type WatchedRank,
  type WatchState,
  watchStart,
} from '../../../../activities/transport/rank-watch.js';

const rank = (name: string, more: Partial<WatchedRank> = {}): WatchedRank => ({
  name,
  alive: true,
  restarted: false,
  ...more,
});
const ended = (name: string, exitCode?: number) => rank(name, { alive: false, exitCode });
const RUNNING = [rank('a'), rank('b')];

/** The actions of several looks, each with the seconds since the start. */
function watch(...looks: readonly [elapsed: number, ranks: readonly WatchedRank[], late?: boolean][]) {
  let state: WatchState = watchStart;
  const actions = looks.map(([elapsed, ranks, late = false]) => {
    const next = nextAction(state, ranks, { elapsed, late });
    state = next.state;
    return next.action.kind === 'wait' ? next.action.stop.join() : next.action.kind;
  });
  return { actions, timedOut: state.timedOut, stopped: [...state.stopRequestedAt.keys()] };
}

describe('watch of both ranks', () => {
  it('waits while both run, and is done when both have ended', () => {
    const { actions, timedOut, stopped } = watch([0, RUNNING], [9, RUNNING], [10, [ended('a', 0), ended('b', 1)]]);
    assert.deepEqual([actions, timedOut, stopped], [['', '', 'done'], false, []]);
  });

  it('leaves a rank 30 s after its peer ended well', () => {
    const left = [ended('a', 0), rank('b')];
    const { actions, stopped } = watch([0, RUNNING], [10, left], [39, left], [40, left]);
    assert.deepEqual([actions, stopped], [['', '', '', 'b'], ['b']]);
  });

  for (const [what, gone] of [
    ['crashed', ended('a', 139)],
    ['was deleted', ended('a')],
  ] as const) {
    it(`leaves a rank 5 s after its peer ${what}`, () => {
      const left = [gone, rank('b')];
      assert.deepEqual(watch([10, left], [14, left], [15, left]).actions, ['', '', 'b']);
    });
  }

  it('stops both at the deadline, each once', () => {
    const { actions, timedOut, stopped } = watch([0, RUNNING], [60, RUNNING, true], [61, RUNNING, true]);
    assert.deepEqual([actions, timedOut, stopped], [['', 'a,b', ''], true, ['a', 'b']]);
  });

  it('is not late when both ended before anybody looked', () => {
    assert.equal(watch([60, [ended('a', 0), ended('b', 0)], true]).timedOut, false);
  });

  it('gives a rank up that does not stop within 30 s', () => {
    const { actions } = watch([60, RUNNING, true], [90, RUNNING, true], [91, RUNNING, true]);
    assert.deepEqual(actions, ['a,b', '', 'lost']);
  });

  it('gives a rank up whose container was restarted, even when both have ended', () => {
    const { actions } = watch([5, [rank('a', { restarted: true, alive: false, exitCode: 0 }), ended('b', 0)]]);
    assert.deepEqual(actions, ['lost']);
  });
});
