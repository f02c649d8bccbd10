import type { SuiteRecord } from '../../suite/record/record.js';
import type { RunStatus, RunStatusClient } from '../../suite/run/run-status.js';
import { failureRecord } from '../../suite/verdict/failure.js';
import { orLeftOut } from '../records/readable.js';
import { endRun, listRuns, type RunEntry, readRun } from '../records/runs.js';
import type { ResultStore } from '../store.js';

/** A run that is active in the store, but whose workflow was terminated or deleted. */
export interface InterruptedRun {
  readonly entry: RunEntry;
  /** When the workflow was closed, ISO 8601; absent when Temporal no longer has the workflow. */
  readonly closedAt?: string;
  /** The interruption in words. */
  readonly how: string;
}

/**
 * Lists active runs that will never record their end. Excludes runs of other Temporal namespaces, and runs of an unknown
 * namespace that this one does not have.
 */
export async function findInterruptedRuns(store: ResultStore, statuses: RunStatusClient): Promise<InterruptedRun[]> {
  const here = await statuses.namespaceId();
  const found: InterruptedRun[] = [];
  for (const entry of await store.use((kysely) => listRuns(kysely, { active: true }))) {
    const { workflowId, runId, temporalNamespace } = entry;
    if (temporalNamespace !== undefined && temporalNamespace !== here) continue;
    const interrupted = interruption(entry, await statuses.status(workflowId, runId));
    if (interrupted) found.push(interrupted);
  }
  return found;
}

function interruption(entry: RunEntry, status: RunStatus): InterruptedRun | undefined {
  if (status.state === 'closed') {
    const how = `its workflow was closed before it wrote its report: ${status.how}`;
    return { entry, closedAt: status.at, how };
  }
  if (status.state === 'unknown' && entry.temporalNamespace !== undefined) {
    return { entry, how: 'Temporal no longer knows its workflow, which wrote no report' };
  }
  return undefined;
}

/**
 * Records these runs as ended, with their measured cells. Skips runs that have recorded their end meanwhile, and returns
 * the others. Leaves out runs whose record cannot be read.
 */
export async function endInterruptedRuns(
  store: ResultStore,
  runs: readonly InterruptedRun[],
): Promise<InterruptedRun[]> {
  const ended: InterruptedRun[] = [];
  for (const run of runs) {
    const written = await store.write(async (transaction) => {
      const stored = await orLeftOut(() => readRun(transaction, run.entry));
      if (!stored || stored.complete) return false;
      await endRun(transaction, interruptedRecord(stored.record, run));
      return true;
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
