import { styleText } from 'node:util';
import { expectedEndText, remainingText } from '../../suite/plan/remaining.js';
import type { Progress, TestProgress } from '../../workflows/common/messages.js';
import { hiddenTests, shownTests } from '../../workflows/common/shown-tests.js';
import { clock } from '../output/clock.js';
import { table } from '../output/table.js';

const COLOURS = {
  pass: 'green',
  fail: 'red',
  parked: 'magenta',
  inconclusive: 'yellow',
  running: 'cyan',
} as const satisfies Record<string, Parameters<typeof styleText>[0]>;

const STATE_COLUMN = 1;
/** Maximum number of tests in the table; `--json` lists all of them. */
const ROWS_SHOWN = 40;

/**
 * Formats a table of the tests with their state, cells and result, in colours if standard output supports them. Of many
 * tests, it has the active ones, the first that did not pass, and the nearest before and after the active ones.
 */
export function testTable(tests: readonly TestProgress[]): string {
  const shown = shownTests(tests, ROWS_SHOWN);
  const hidden = hiddenTests(tests, shown);
  const rows = shown.map((test) => [
    test.name,
    stateOf(test),
    `${test.cells.done} of ${test.cells.of}`,
    test.result ?? '',
  ]);
  const text = table(['test', 'state', 'cells', 'result'], rows, (cell, column) => {
    const colour = column === STATE_COLUMN ? COLOURS[cell.trim() as keyof typeof COLOURS] : undefined;
    return colour ? styleText(colour, cell, { stream: process.stdout }) : cell;
  });
  return hidden ? `${text}\n${hidden}` : text;
}

/**
 * Formats the current step, every test, and the commands to type for a paused run or a parked test.
 *
 * @param now milliseconds since 1970
 */
export function progressText(workflowId: string, progress: Progress, now: number): string {
  const { phase, step, paused, tests, problems } = progress;
  return [
    `${workflowId}: ${phase}${paused ? ', paused' : ''}: ${step}`,
    testTable(tests),
    ...problems.map(({ subject, message, hint }) => `${subject}: ${message}\n  → ${hint}`),
    ...failureLines(tests),
    ...shownTests(tests, ROWS_SHOWN)
      .filter(({ status }) => status === 'parked')
      .map(({ name }) => `${name} is parked: dynamo-bench resolve ${workflowId} ${name} retry|skip|abort`),
    ...(paused ? [`to resume: dynamo-bench resume ${workflowId}`] : []),
    ...remainingLine(progress, now),
  ].join('\n');
}

/** Formats the failures of the tests: what happened, and what to do. */
export function failureLines(tests: readonly TestProgress[]): string[] {
  return tests.flatMap(({ name, failure }) =>
    failure ? [`${name}: ${failure.class}: ${failure.message}\n  → ${failure.hint}`] : [],
  );
}

/** Formats one line for logs: the current step and the expected end. */
export function progressLine(progress: Progress, now: number): string {
  const [remaining] = remainingLine(progress, now);
  return `${progress.phase}: ${progress.step}${remaining ? `; ${remaining}` : ''}`;
}

function stateOf({ status, verdict }: TestProgress): string {
  return status === 'done' ? (verdict ?? status) : status;
}

function remainingLine({ phase, paused, remaining, tests }: Progress, now: number): string[] {
  if (remaining.high === 0 || phase === 'done') return [];
  // A run that waits for a person has no expected end.
  if (paused || tests.some(({ status }) => status === 'parked'))
    return [`remaining when it continues: ${remainingText(remaining)}`];
  const passed = Math.max(0, now - Date.parse(remaining.at)) / 1000;
  if (remaining.high <= passed) return ['expected end: later than forecast'];
  const { low, high, expected = (low + high) / 2 } = remaining;
  const left = { low: low - passed, high: high - passed, expected: expected - passed };
  return [expectedEndText(left, (time) => clock(time, now), now)];
}
