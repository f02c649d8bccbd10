import { mkdir, rm, writeFile } from 'node:fs/promises';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { HISTORY_CASES, type HistoryCase } from './history-cases.js';
import { HISTORIES, historyText, type JsonHistory, withoutMachine } from './recorded-histories.js';
import { runSuiteOn } from './suite-run.js';
import { startTemporal } from './temporal.js';
import { type WorkflowRun, workflowRuns } from './workflow-runs.js';

/** A cell takes about 60, so that a block goes on in a new run after each. */
const EVENTS_BELOW_A_CELL = 50;

/**
 * Runs every workflow in every case on a real Temporal server, and keeps their histories in place of the recorded ones.
 * What lies in folders of other names stays.
 *
 *   npm run histories
 */
async function main(): Promise<void> {
  const [usual, hasty] = await Promise.all([
    startTemporal(),
    startTemporal(`limit.historyCount.suggestContinueAsNew=${EVENTS_BELOW_A_CELL}`),
  ]);
  const recorded = new Map<string, WorkflowRun>();
  try {
    const cases = Object.entries(HISTORY_CASES).map(async ([name, makeCase]) => {
      const made = makeCase();
      return { name, runs: await runsOfCase(made.continuesSoon ? hasty : usual, name, made) };
    });
    for (const { name, runs } of await Promise.all(cases)) {
      for (const run of runs) recorded.set(freeFile(recorded, run, name), run);
    }
  } finally {
    await Promise.all([usual.teardown(), hasty.teardown()]);
  }
  const types = new Set([...recorded.values()].map(({ type }) => type));
  for (const type of types) await rm(`${HISTORIES}${type}`, { recursive: true, force: true });
  for (const [file, { type, events }] of recorded) {
    await mkdir(`${HISTORIES}${type}`, { recursive: true });
    const history = JSON.parse(historyToJSON({ events: [...events] })) as JsonHistory;
    await writeFile(`${HISTORIES}${file}`, historyText(withoutMachine(history) as JsonHistory));
    console.log(`test/histories/${file}: ${events.length} events`);
  }
}

/** Several runs of one type are numbered in the order of their start. */
function freeFile(taken: ReadonlyMap<string, unknown>, { type }: WorkflowRun, name: string): string {
  const file = (number: number) => `${type}/${name}${number === 1 ? '' : `-${number}`}.json`;
  let number = 1;
  while (taken.has(file(number))) number++;
  return file(number);
}

async function runsOfCase(
  server: TestWorkflowEnvironment,
  workflowId: string,
  { spec, fake, during, sweep }: HistoryCase,
): Promise<WorkflowRun[]> {
  const sweepId = `${workflowId}-sweep`;
  await runSuiteOn(server, spec, {
    fake,
    workflowId,
    during: async (run) => {
      if (sweep) await runSweep(run.handle, sweepId);
      await during?.(run);
    },
  }).catch(unlessCancelled);
  const runs = await workflowRuns(server.client, workflowId);
  return sweep ? [...runs, ...(await workflowRuns(server.client, sweepId))] : runs;
}

/** On the worker of a suite. */
async function runSweep(suite: WorkflowHandle, workflowId: string): Promise<void> {
  const { taskQueue } = await suite.describe();
  await suite.client.execute('sweep', { workflowId, taskQueue, args: [] });
}

/** A case may cancel its suite. */
function unlessCancelled(error: unknown): void {
  if (!(error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure)) throw error;
}

await main();
