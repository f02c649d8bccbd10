import { styleText } from 'node:util';
import { remainingText } from '../../suite/plan/remaining.js';
import type { Progress, TestProgress } from '../../workflows/shared/messages.js';
import { table } from '../output/table.js';

const COLOURS = {
  pass: 'green',
  fail: 'red',
  parked: 'magenta',
  inconclusive: 'yellow',
  running: 'cyan',
} as const satisfies Record<string, Parameters<typeof styleText>[0]>;

const STATE_COLUMN = 1;

/** A table of the tests: their state, cells and figures. Colours only where standard output shows them. */
export function testTable(tests: readonly TestProgress[]): string {
  const rows = tests.map((test) => [
    test.name,
    stateOf(test),
    `${test.cells.done} of ${test.cells.of}`,
    test.result ?? '',
  ]);
  return table(['test', 'state', 'cells', 'result'], rows, (cell, column) => {
    const colour = column === STATE_COLUMN ? COLOURS[cell.trim() as keyof typeof COLOURS] : undefined;
    return colour ? styleText(colour, cell, { stream: process.stdout }) : cell;
  });
}

/** What happens now, every test, and what a person can do; `now` is in milliseconds. */
export function progressText(workflowId: string, progress: Progress, now: number): string {
  const { phase, step, paused, tests, problems } = progress;
  return [
    `${workflowId}: ${phase}${paused ? ', paused' : ''}: ${step}`,
    testTable(tests),
    ...problems.map(({ subject, message, hint }) => `${subject}: ${message}\n  → ${hint}`),
    ...tests
      .filter(({ status }) => status === 'parked')
      .map(({ name }) => `${name} is parked: dynamo-bench resolve ${workflowId} ${name} retry|skip|abort`),
    ...(paused ? [`to go on: dynamo-bench resume ${workflowId}`] : []),
    ...remainingLine(progress, now),
  ].join('\n');
}

/** One line for logs: the step, and how long it all still takes. */
export function progressLine(progress: Progress, now: number): string {
  const [remaining] = remainingLine(progress, now);
  return `${progress.phase}: ${progress.step}${remaining ? ` (${remaining})` : ''}`;
}

function stateOf({ status, verdict }: TestProgress): string {
  return status === 'done' ? (verdict ?? status) : status;
}

function remainingLine({ phase, paused, remaining, tests }: Progress, now: number): string[] {
  if (remaining.high === 0 || phase === 'done') return [];
  // Nothing gets shorter while a person is waited for.
  const stands = paused || tests.some(({ status }) => status === 'parked');
  const passed = stands ? 0 : Math.max(0, now - Date.parse(remaining.at)) / 1000;
  const left = { low: Math.max(0, remaining.low - passed), high: Math.max(0, remaining.high - passed) };
  return [left.high > 0 ? `remaining: ${remainingText(left)}` : 'remaining: longer than forecast'];
}
