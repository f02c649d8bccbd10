import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { LiveText } from '../../../../cli/follow/live-text.js';
import { progressLine, progressText } from '../../../../cli/follow/progress-text.js';
import { endingOfFailure } from '../../../../cli/follow/suite-ending.js';
import { table } from '../../../../cli/output/table.js';
import type { Progress } from '../../../../workflows/common/messages.js';

/** Without the colours that it has on a terminal. */
const plainText = (...args: Parameters<typeof progressText>) => stripVTControlCharacters(progressText(...args));

const AT = '2026-01-05T02:30:00.000Z';
const progress = (more: Partial<Progress> = {}): Progress => ({
  phase: 'benchmarks',
  step: 'lf, repetition 2, attempt 1: both ranks run',
  paused: false,
  remaining: { low: 0, expected: 90, high: 180, at: AT },
  tests: [
    { name: 'ucx', status: 'done', verdict: 'pass', result: '12.1 GB/s', cells: { done: 1, of: 1 } },
    { name: 'lf', status: 'running', cells: { done: 1, of: 3 } },
  ],
  problems: [],
  ...more,
});
const secondsLater = (seconds: number) => Date.parse(AT) + seconds * 1000;

describe('progress of a suite as text', () => {
  it('shows the step, every test, and one expected end that stays while the time passes', () => {
    assert.equal(
      plainText('my-run', progress(), secondsLater(30)),
      [
        'my-run: benchmarks: lf, repetition 2, attempt 1: both ranks run',
        'test  state    cells      result',
        'ucx   pass     1 of 1  12.1 GB/s',
        'lf    running  1 of 3',
        'expected end 02:31 (in 1 min, ± 1 min 30 s)',
      ].join('\n'),
    );
    const line = (seconds: number) => progressLine(progress(), secondsLater(seconds));
    assert.match(line(80), /both ranks run; expected end 02:31 \(in 10 s, ± 1 min 30 s\)$/);
    assert.match(line(100), /; expected end 02:31 \(now, ± 1 min 20 s\)$/);
    assert.match(line(500), /; expected end: later than forecast$/);
    assert.match(line(-5), /\(in 1 min 30 s, ± 1 min 30 s\)$/, 'clocks differ');
    const former = progress({ remaining: { low: 60, high: 180, at: AT } });
    assert.match(progressLine(former, secondsLater(0)), /; expected end 02:32 \(in 2 min, ± 1 min\)$/);
    const long = progress({ remaining: { low: 80_000, expected: 86_400, high: 92_800, at: AT } });
    assert.match(progressLine(long, secondsLater(0)), /; expected end 2026-01-06 02:30 \(in 24 h, ± 1 h 47 min\)$/);
  });

  it('does not count down while the run waits for a person, and shows the command to type', () => {
    const paused = plainText('my-run', progress({ paused: true }), secondsLater(3600));
    assert.match(paused, /^my-run: benchmarks, paused: /);
    assert.match(
      paused,
      /\nto resume: dynamo-bench resume my-run\nremaining when it continues: 1 min 30 s, ± 1 min 30 s$/,
    );
    const tests = [
      { name: 'lf', status: 'parked', verdict: 'fail', result: 'Hung', cells: { done: 1, of: 1 } },
    ] as const;
    const parked = plainText('my-run', progress({ tests }), secondsLater(3600));
    assert.match(
      parked,
      /\nlf is parked: dynamo-bench resolve my-run lf retry\|skip\|abort\nremaining when it continues: 1 min 30 s, ± 1 min 30 s$/,
    );
  });

  it('says why a test failed, and what to do', () => {
    const failure = {
      class: 'Hung',
      message: 'the ranks printed nothing for 3 min',
      hint: 'Set `enablePt` to true',
    } as const;
    const tests = [
      { name: 'lf', status: 'done', verdict: 'fail', result: 'Hung', cells: { done: 1, of: 1 }, failure },
    ] as const;
    const text = plainText('my-run', progress({ tests }), secondsLater(0));
    assert.match(text, /\nlf: Hung: the ranks printed nothing for 3 min\n {2}→ Set `enablePt` to true\n/);
  });

  it('has no remaining time at the end, and shows the problems of the cluster', () => {
    const remaining = { low: 0, high: 0, at: AT };
    const problems = [{ subject: 'etcd', message: 'does not start', hint: 'look at its log' }];
    const text = plainText('r', progress({ phase: 'done', remaining, problems }), secondsLater(0));
    assert.match(text, /\netcd: does not start\n {2}→ look at its log$/);
  });
});

describe('a table with colours', () => {
  it('has the columns of one without', () => {
    const rows = [
      ['a', 'pass'],
      ['longer', 'x'],
    ];
    const painted = table(['name', 'state'], rows, (cell, column) => (column === 1 ? `<${cell}>` : cell));
    assert.equal(painted.replaceAll(/[<>]/g, '').replaceAll(/ +$/gm, ''), table(['name', 'state'], rows));
    assert.match(painted, /<pass *>/);
  });
});

describe('live text', () => {
  const terminal = (rows: number) => {
    let written = '';
    const stream = new Writable({
      write(chunk, _, done) {
        written += chunk;
        done();
      },
    });
    Object.assign(stream, { rows });
    const take = () => {
      const text = written;
      written = '';
      return text;
    };
    return { live: new LiveText(stream as unknown as WriteStream), take };
  };

  it('moves back by the lines that it wrote, and removes itself', () => {
    const { live, take } = terminal(24);
    live.draw('one\ntwo');
    assert.ok(!take().includes('\u001b[2A'));
    live.draw('three');
    assert.ok(take().startsWith('\u001b[2A\u001b[0J'));
    live.clear();
    assert.equal(take(), '\u001b[1A\u001b[0J');
  });

  it('shows the end of a text that is higher than the terminal', () => {
    const { live, take } = terminal(3);
    live.draw('1\n2\n3\n4');
    assert.match(take(), /l3\n4\n/);
    live.clear();
    assert.match(take(), /\[2A/);
  });
});

describe('the exit code of a suite that did not complete', () => {
  for (const [name, cause, outcome, exitCode] of [
    ['an invalid spec', ApplicationFailure.nonRetryable('x', 'InvalidSpec'), 'failed', 2],
    ['a class of the infrastructure', ApplicationFailure.nonRetryable('x', 'ImagePull'), 'failed', 4],
    ['an error without a class', new Error('x'), 'failed', 4],
    ['a cancel', new CancelledFailure('x'), 'cancelled', 3],
    ['a terminate', new TerminatedFailure('x'), 'terminated', 4],
    ['a time-out', new TimeoutFailure('x', undefined, 'START_TO_CLOSE'), 'timed out', 4],
  ] as const) {
    it(`for ${name} is ${exitCode}`, () => {
      const ending = endingOfFailure(cause);
      assert.deepEqual([ending.outcome, ending.exitCode], [outcome, exitCode]);
    });
  }
});
