import type { Client } from '@temporalio/client';
import { EXIT } from '../options/exit-code.js';
import { follow, type Sight } from './follow.js';
import { detachOnInterrupt } from './interrupt.js';
import { LiveText } from './live-text.js';
import { progressLine, progressText, testTable } from './progress-text.js';

export interface ShowOptions {
  readonly json?: true;
}

/**
 * Shows a suite run until it ends or Ctrl-C is pressed, and sets the exit code: a live table on a terminal, else a line
 * for each step; with `--json` one document at the end.
 */
export async function showSuite(
  client: Client,
  workflowId: string,
  { json }: ShowOptions,
  detached: AbortSignal = detachOnInterrupt(),
): Promise<void> {
  const display = json ? undefined : process.stdout.isTTY ? liveDisplay() : lineDisplay();
  const sight = await follow(client, workflowId, detached, (seen) => display?.show(seen));
  display?.end();
  printSight(sight, json ? { json } : {});
  if (sight.ending) return;
  console.error(`detached; the suite goes on. To come back: dynamo-bench watch ${workflowId}`);
  console.error(`to end it: dynamo-bench cancel ${workflowId}`);
}

/** How a run was last seen, once: its end, or where it is. Sets the exit code. */
export function printSight(sight: Sight, { json }: ShowOptions): void {
  process.exitCode = sight.ending?.exitCode ?? EXIT.inconclusive;
  console.log(json ? JSON.stringify(jsonOf(sight), null, 2) : sight.ending ? endingText(sight) : sightText(sight));
}

interface Display {
  show(sight: Sight): void;
  end(): void;
}

function liveDisplay(): Display {
  const live = new LiveText(process.stdout);
  return {
    show: (sight) => live.draw(sightText(sight)),
    end: () => live.clear(),
  };
}

function lineDisplay(): Display {
  let last = '';
  return {
    show({ progress, silence }) {
      const step = silence ?? `${progress?.phase}: ${progress?.step}`;
      if (step === last) return;
      last = step;
      const now = Date.now();
      const line = silence || !progress ? step : progressLine(progress, now);
      console.log(`${new Date(now).toTimeString().slice(0, 8)}  ${line}`);
    },
    end: () => undefined,
  };
}

function sightText({ workflowId, progress, silence }: Sight): string {
  const now = Date.now();
  const text = progress ? progressText(workflowId, progress, now) : `${workflowId}: running`;
  return silence ? `${text}\n${silence}` : text;
}

function endingText({ workflowId, progress, ending }: Sight): string {
  const tests = progress?.tests ?? ending?.result?.tests ?? [];
  const { failure, result } = ending ?? {};
  return [
    ...(tests.length > 0 ? [testTable(tests), ''] : []),
    `${workflowId}: ${ending?.outcome}${failure ? `: ${failure.class}: ${failure.message}` : ''}`,
    ...(failure?.hint ? [`  → ${failure.hint}`] : []),
    ...(result?.reasons ?? []).map(({ message }) => `  ${message}`),
    ...(result ? [`report: dynamo-bench report ${workflowId}, or ${result.results} where the worker runs`] : []),
  ].join('\n');
}

function jsonOf({ workflowId, runId, progress, silence, ending }: Sight): object {
  const { outcome = 'running', result, failure } = ending ?? {};
  return {
    workflowId,
    runId,
    outcome,
    ...(result ? { verdict: result.verdict, reasons: result.reasons, results: result.results } : {}),
    ...(failure ? { failure } : {}),
    ...(ending ? {} : { phase: progress?.phase, step: progress?.step, paused: progress?.paused, silence }),
    ...(ending ? {} : { remaining: progress?.remaining }),
    problems: progress?.problems ?? [],
    tests: progress?.tests ?? result?.tests ?? [],
  };
}
