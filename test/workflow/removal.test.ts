import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeActivities, unmeasured } from '../support/fake-activities.js';
import { plan, result, runSuite } from '../support/suite-run.js';

/** Longer than the next step takes to begin when nothing keeps it. */
const LINGERING_MS = 300;

/** Pods of which the first two linger: until something else has been done, and then a moment longer. */
function lingering(until: 'judgeAttempt' | 'recordCell'): FakeActivities {
  const fake = new FakeActivities();
  const { [until]: step, removeRanks } = fake.activities;
  const done = Promise.withResolvers<void>();
  Object.assign(fake.overrides, {
    [until]: (input: never) => {
      done.resolve();
      return step(input);
    },
  });
  fake.overrides.removeRanks = async (input) => {
    await removeRanks(input);
    await done.promise;
    await sleep(LINGERING_MS);
    fake.calls.push('gone');
  };
  return fake;
}

const afterFirst = (calls: readonly string[], call: string) => calls[calls.indexOf(call) + 1];

describe('while the pods of an attempt go', () => {
  const lf = plan.tests[1];

  it('its cell is recorded, and the next one waits', async () => {
    const fake = lingering('recordCell');
    const { outcome } = await runSuite({ ...plan, tests: [{ ...lf, repetitions: 2 }] }, fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(afterFirst(fake.calls, 'removeRanks 2'), 'recordCell lf r1 after 1: pass');
    assert.equal(afterFirst(fake.calls, 'recordCell lf r1 after 1: pass'), 'gone');
    assert.equal(afterFirst(fake.calls, 'gone'), 'wipeEtcd');
  });

  it('it is judged, and the next attempt waits', async () => {
    const fake = lingering('judgeAttempt');
    fake.judgements.lf = [unmeasured('PeerLost')];
    const { outcome } = await runSuite({ ...plan, tests: [lf] }, fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(afterFirst(fake.calls, 'removeRanks 2'), 'gone');
    assert.equal(afterFirst(fake.calls, 'gone'), 'wipeEtcd');
  });

  it('the next test waits', async () => {
    const fake = lingering('recordCell');
    const { outcome } = await runSuite({ ...plan, tests: plan.tests.slice(0, 2) }, fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.equal(afterFirst(fake.calls, 'gone'), 'wipeEtcd');
  });
});
