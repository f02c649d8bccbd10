import type { Client } from '@temporalio/client';
import { mapTexts, visible } from '../../suite/text/visible.js';
import type { Standstill } from '../../temporal/workers.js';
import { EXIT } from '../options/exit-code.js';
import { complain, say } from '../output/say.js';
import { followSuite, type SuiteStatus } from './follow.js';
import { LiveText } from './live-text.js';
import { failureLines, progressLine, progressText, testTable } from './progress-text.js';

export interface ShowOptions {
  readonly json?: true;
}

/**
 * Follows a suite run until it ends or `detached` is aborted, and sets the exit code. Shows a live table on a terminal,
 * otherwise one line for each step; with `--json` one document at the end.
 */
export async function showSuite(
  client: Client,
  workflowId: string,
  options: ShowOptions,
  detached: AbortSignal,
): Promise<void> {
  const display = options.json ? undefined : process.stdout.isTTY ? liveDisplay() : lineDisplay();
  const status = await followSuite(client, workflowId, detached, (latest) => display?.show(latest));
  display?.end();
  printSuiteStatus(status, options);
  if (status.ending) return;
  complain(`Detached from suite run "${workflowId}", which continues.`);
  complain(`  → Follow it again: dynamo-bench watch ${workflowId}`);
  complain(`  → Cancel it: dynamo-bench cancel ${workflowId}`);
}

/** Prints a status once and sets the exit code: that of the run if it has ended, otherwise 3. */
export function printSuiteStatus(status: SuiteStatus, { json }: ShowOptions): void {
  process.exitCode = status.ending?.exitCode ?? EXIT.inconclusive;
  if (json) say(JSON.stringify(statusJson(status), null, 2));
  else process.stdout.write(`${status.ending ? endingText(visibleTexts(status)) : statusText(visibleTexts(status))}\n`);
}

/** Escapes all texts of a status before it is coloured: text from outside cannot control the terminal. */
function visibleTexts(status: SuiteStatus): SuiteStatus {
  return mapTexts(status, visible);
}

interface Display {
  show(status: SuiteStatus): void;
  end(): void;
}

function liveDisplay(): Display {
  const live = new LiveText(process.stdout);
  return {
    show: (status) => live.draw(statusText(visibleTexts(status))),
    end: () => live.clear(),
  };
}

function lineDisplay(): Display {
  let last: { readonly step?: string | undefined; readonly trouble?: string | undefined } = {};
  return {
    show({ progress, standstill }) {
      const now = Date.now();
      const step = progress && `${progress.phase}: ${progress.step}`;
      const trouble = standstill && standstillText(standstill);
      const lines = [
        ...(progress && (step !== last.step || (last.trouble && !trouble)) ? [progressLine(progress, now)] : []),
        ...(trouble !== undefined && trouble !== last.trouble ? [trouble] : []),
      ];
      last = { step, trouble };
      for (const line of lines) say(`${new Date(now).toTimeString().slice(0, 8)}  ${line}`);
    },
    end: () => undefined,
  };
}

function statusText({ workflowId, progress, standstill }: SuiteStatus): string {
  const text = progress ? progressText(workflowId, progress, Date.now()) : `${workflowId}: running`;
  return standstill ? `${text}\n${standstillText(standstill)}` : text;
}

function standstillText({ message, hint }: Standstill): string {
  return `${message}\n  → ${hint}`;
}

function endingText({ workflowId, progress, ending }: SuiteStatus): string {
  const tests = progress?.tests ?? ending?.result?.tests ?? [];
  const { failure, result } = ending ?? {};
  return [
    ...(tests.length > 0 ? [testTable(tests), ''] : []),
    ...failureLines(tests),
    `${workflowId}: ${ending?.outcome}${failure ? `: ${failure.class}: ${failure.message}` : ''}`,
    ...(failure?.hint ? [`  → ${failure.hint}`] : []),
    ...(result?.reasons ?? []).map(({ message }) => `  ${message}`),
    ...(result ? [result.missingReport ?? reportText(workflowId, result.results)] : []),
  ].join('\n');
}

function reportText(workflowId: string, folder: string | undefined): string {
  return `report: dynamo-bench report ${workflowId}${folder ? `, or ${folder} on the worker's disk` : ''}`;
}

function statusJson({ workflowId, runId, progress, standstill, ending }: SuiteStatus): object {
  const { outcome = 'running', result, failure } = ending ?? {};
  return {
    workflowId,
    runId,
    outcome,
    ...(result ? { verdict: result.verdict, reasons: result.reasons, results: result.results } : {}),
    ...(result?.missingReport === undefined ? {} : { missingReport: result.missingReport }),
    ...(failure ? { failure } : {}),
    ...(ending
      ? {}
      : {
          phase: progress?.phase,
          step: progress?.step,
          paused: progress?.paused,
          silence: standstill?.message,
          hint: standstill?.hint,
        }),
    ...(ending ? {} : { remaining: progress?.remaining }),
    problems: progress?.problems ?? [],
    tests: progress?.tests ?? result?.tests ?? [],
  };
}
