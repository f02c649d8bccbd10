import assert from 'node:assert/strict';
import { pauseNote, pausingOutcomes, scheduleToPause } from '../../../../suite/run/schedule-pause.js';

const scheduled = { TemporalScheduledById: ['nightly-p5'] };

describe('the schedule that a run pauses', () => {
  it('is the one that started the run, for the outcomes in the memo', () => {
    const memo = { PauseScheduleOn: ['fail', 'regressed'] };
    assert.equal(scheduleToPause(memo, scheduled, 'fail'), 'nightly-p5');
    assert.equal(scheduleToPause(memo, scheduled, 'regressed'), 'nightly-p5');
    assert.equal(scheduleToPause(memo, { TemporalScheduledById: 'nightly-p5' }, 'fail'), 'nightly-p5');
    for (const outcome of ['pass', 'inconclusive', 'skipped', 'cancelled'] as const)
      assert.equal(scheduleToPause(memo, scheduled, outcome), undefined, outcome);
  });

  it('is none without a schedule or without such a memo', () => {
    const memo = { PauseScheduleOn: ['fail'] };
    for (const attributes of [undefined, {}, { TemporalScheduledById: [] }])
      assert.equal(scheduleToPause(memo, attributes, 'fail'), undefined);
    for (const other of [undefined, {}, { PauseScheduleOn: [] }, { PauseScheduleOn: { fail: true } }])
      assert.equal(scheduleToPause(other, scheduled, 'fail'), undefined);
  });

  it('reads one outcome without a list, and never pauses for a cancelled run or an unknown word', () => {
    assert.deepEqual(pausingOutcomes({ PauseScheduleOn: 'inconclusive' }), ['inconclusive']);
    assert.deepEqual(pausingOutcomes({ PauseScheduleOn: ['cancelled', 'pass', 1, 'fail'] }), ['fail']);
    assert.equal(scheduleToPause({ PauseScheduleOn: ['cancelled'] }, scheduled, 'cancelled'), undefined);
  });

  it('gets a note with the run, the outcome and the command that resumes it', () => {
    const note = pauseNote('nightly-p5-2026-01-01T02:30:00Z', 'regressed', 'nightly-p5');
    for (const part of ['nightly-p5-2026-01-01T02:30:00Z', 'regressed', 'dynamo-bench schedule resume nightly-p5'])
      assert.ok(note.includes(part), part);
  });
});
