import type { SuiteRecord } from '../../suite/record/record.js';
import type { RunStatus, RunStatusClient } from '../../suite/run/run-status.js';
import { failureRecord } from '../../suite/verdict/failure.js';
import { endRun, listRuns, type RunEntry, readRun } from '../records/runs.js';
import type { ResultStore } from '../store.js';

/** A run that goes on as far as the store knows, and whose workflow does not: it was terminated, or its server is gone. */
export interface InterruptedRun {
  readonly entry: RunEntry;
  /** ISO 8601; absent when Temporal no longer knows. */
  readonly closedAt?: string;
  /** In words. */
  readonly how: string;
}

/**
 * Runs that will never write their end. What another Temporal namespace runs is none of them, nor what this one never
 * knew, unless it was started here.
 */
export async function findInterruptedRuns(store: ResultStore, fates: RunStatusClient): Promise<InterruptedRun[]> {
  const here = await fates.namespaceId();
  const found: InterruptedRun[] = [];
  for (const entry of await store.use((kysely) => listRuns(kysely, { goesOn: true }))) {
    const { workflowId, runId, temporalNamespace } = entry;
    if (temporalNamespace !== undefined && temporalNamespace !== here) continue;
    const interrupted = interruption(entry, await fates.status(workflowId, runId));
    if (interrupted) found.push(interrupted);
  }
  return found;
}

function interruption(entry: RunEntry, fate: RunStatus): InterruptedRun | undefined {
  if (fate.state === 'closed') {
    const how = `its workflow was closed before it wrote its report: ${fate.how}`;
    return { entry, closedAt: fate.at, how };
  }
  if (fate.state === 'unknown' && entry.temporalNamespace !== undefined) {
    return { entry, how: 'Temporal no longer knows its workflow, which wrote no report' };
  }
  return undefined;
}

/** Stores these runs as ended, with what they measured, and returns those that had not written their end meanwhile. */
export async function endInterruptedRuns(
  store: ResultStore,
  runs: readonly InterruptedRun[],
): Promise<InterruptedRun[]> {
  const ended: InterruptedRun[] = [];
  for (const run of runs) {
    const written = await store.write(async (transaction) => {
      const { record, complete } = await readRun(transaction, run.entry);
      if (!complete) await endRun(transaction, interruptedRecord(record, run));
      return !complete;
    });
    if (written) ended.push(run);
  }
  return ended;
}

function interruptedRecord(record: SuiteRecord, { closedAt, how }: InterruptedRun): SuiteRecord {
  const failure = failureRecord('Terminated', how);
  const unmeasured = <Test extends { readonly required: boolean }>(test: Test) =>
    test.required ? { ...test, verdict: 'fail' as const, failure } : test;
  const { dynamo } = record;
  return {
    ...record,
    endedAt: closedAt ?? record.endedAt,
    verdict: 'fail',
    reasons: [{ code: 'suite-failure', message: `${failure.class}: ${how}` }],
    tests: record.tests.map((test) => (test.cells.some(({ warmUp }) => !warmUp) ? test : unmeasured(test))),
    ...(dynamo
      ? {
          dynamo: {
            ...dynamo,
            verdict: 'fail',
            tests: dynamo.tests.map((test) => (test.cells.length > 0 ? test : unmeasured(test))),
          },
        }
      : {}),
  };
}
