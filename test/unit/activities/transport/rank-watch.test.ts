import assert from 'node:assert/strict';
import {
  nextAction,
  type WatchedRank,
  type WatchFacts,
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

type Look = readonly [elapsed: number, ranks: readonly WatchedRank[], facts?: Omit<Partial<WatchFacts>, 'elapsed'>];

/** The actions of several looks, each with the seconds since the start. */
function watch(...looks: readonly Look[]) {
  let state: WatchState = watchStart;
  const actions = looks.map(([elapsed, ranks, facts]) => {
    const next = nextAction(state, ranks, { elapsed, late: false, ...facts });
    state = next.state;
    return next.action.kind === 'stop' ? next.action.pods.join() : next.action.kind;
  });
  return { actions, cause: state.cause?.kind, stopped: [...state.stopRequestedAt.keys()] };
}

const LATE = { late: true };
const LOST = { etcdLost: true };

describe('watch of both ranks', () => {
  it('waits while both run, and is done when both have ended', () => {
    const { actions, cause, stopped } = watch([0, RUNNING], [9, RUNNING], [10, [ended('a', 0), ended('b', 1)]]);
    assert.deepEqual([actions, cause, stopped], [['wait', 'wait', 'done'], undefined, []]);
  });

  it('leaves a rank 30 s after its peer ended well', () => {
    const left = [ended('a', 0), rank('b')];
    const { actions, stopped } = watch([0, RUNNING], [10, left], [39, left], [40, left]);
    assert.deepEqual([actions, stopped], [['wait', 'wait', 'wait', 'b'], ['b']]);
  });

  for (const [what, gone] of [
    ['crashed', ended('a', 139)],
    ['was deleted', ended('a')],
  ] as const) {
    it(`leaves a rank 5 s after its peer ${what}`, () => {
      const left = [gone, rank('b')];
      assert.deepEqual(watch([10, left], [14, left], [15, left]).actions, ['wait', 'wait', 'b']);
    });
  }

  it('stops both at the deadline, each once', () => {
    const { actions, cause, stopped } = watch([0, RUNNING], [60, RUNNING, LATE], [61, RUNNING, LATE]);
    assert.deepEqual([actions, cause, stopped], [['wait', 'a,b', 'wait'], 'time-limit', ['a', 'b']]);
  });

  it('is not late when both ended before anybody looked', () => {
    assert.equal(watch([60, [ended('a', 0), ended('b', 0)], LATE]).cause, undefined);
  });

  it('gives a rank up that does not stop within 30 s', () => {
    const { actions } = watch([60, RUNNING, LATE], [90, RUNNING, LATE], [91, RUNNING, LATE]);
    assert.deepEqual(actions, ['a,b', 'wait', 'lost']);
  });

  it('gives a rank up whose container was restarted, even when both have ended', () => {
    const { actions } = watch([5, [rank('a', { restarted: true, alive: false, exitCode: 0 }), ended('b', 0)]]);
    assert.deepEqual(actions, ['lost']);
  });

  it('stops both at once when the messages in etcd are lost', () => {
    const { actions, cause, stopped } = watch(
      [0, RUNNING],
      [8, RUNNING, LOST],
      [9, [ended('a', 143), rank('b')], LOST],
    );
    assert.deepEqual([actions, cause, stopped], [['wait', 'a,b', 'wait'], 'etcd-lost', ['a', 'b']]);
  });

  it('explains an error with the loss of etcd that is observed together with it, and not one that was before', () => {
    const crashed = [ended('a', 1), rank('b')];
    assert.equal(watch([8, crashed, LOST]).cause, 'etcd-lost');
    assert.equal(watch([8, [ended('a', 1), ended('b', 1)], LOST]).cause, 'etcd-lost');
    const { actions, cause } = watch([8, crashed], [9, crashed, LOST], [13, crashed, LOST]);
    assert.deepEqual([actions, cause], [['wait', 'wait', 'b'], 'peer-ended']);
  });

  it('leaves ranks alone that ended well before etcd was lost, and the peer of one its grace period', () => {
    assert.equal(watch([8, [ended('a', 0), ended('b', 0)], LOST]).cause, undefined);
    const { actions } = watch([8, [ended('a', 0), rank('b')], LOST], [37, [ended('a', 0), rank('b')], LOST]);
    assert.deepEqual(actions, ['wait', 'wait']);
  });

  it('stops both when they print nothing for too long, and not one whose peer has ended', () => {
    const stalledFor = 181;
    const { actions, cause, stopped } = watch([9, RUNNING], [200, RUNNING, { stalledFor }]);
    assert.deepEqual([actions, cause, stopped], [['wait', 'a,b'], 'stalled', ['a', 'b']]);
    assert.deepEqual(watch([200, [ended('a', 0), rank('b')], { stalledFor }]).actions, ['wait']);
  });

  it('keeps its first cause when the deadline passes while the ranks stop', () => {
    assert.equal(watch([8, RUNNING, LOST], [9, RUNNING, LATE]).cause, 'etcd-lost');
  });

  it('continues after a restart of the worker with the cause that is noted on a stopped rank', () => {
    const stopped = { kind: 'stalled', seconds: 181 } as const;
    const one = watch([0, [rank('a', { stopped }), rank('b')]]);
    assert.deepEqual([one.actions, one.cause, one.stopped], [['b'], 'stalled', ['a', 'b']]);
    const both = watch([0, [rank('a', { stopped, alive: false, exitCode: 143 }), ended('b', 143)]]);
    assert.deepEqual([both.actions, both.cause, both.stopped], [['done'], 'stalled', ['a']]);
  });
});
