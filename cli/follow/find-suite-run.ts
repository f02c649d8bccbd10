import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { listRuns, type RunEntry } from '../../results/records/runs.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { describeSuiteRun } from '../../temporal/suite-runs.js';
import { withStore } from '../options/store-options.js';

/**
 * Describes a suite run in Temporal.
 *
 * @throws {SuiteFailure} `NotFound`. Points to the report when the result store has the run, because Temporal deletes
 *   ended runs after its retention time.
 */
export async function findSuiteRun(client: Client, workflowId: string): Promise<WorkflowExecutionDescription> {
  try {
    return await describeSuiteRun(client, workflowId);
  } catch (error) {
    if (!(error instanceof SuiteFailure) || error.class !== 'NotFound') throw error;
    throw await withStoredRun(workflowId, error);
  }
}

async function withStoredRun(workflowId: string, error: SuiteFailure): Promise<SuiteFailure> {
  const stored = await newestStoredRun(workflowId);
  const report = `dynamo-bench report ${workflowId}`;
  if (stored === 'no store') {
    const hint = `${error.hint}; if Temporal has deleted it after its retention time: ${report} --results FOLDER`;
    return new SuiteFailure('NotFound', error.message, { cause: error, hint });
  }
  if (stored === undefined) return error;
  const { verdict, endedAt } = stored;
  const how = endedAt === undefined ? 'has it as running' : `has it: ${verdict}, ended ${endedAt}`;
  return new SuiteFailure('NotFound', `Temporal no longer has suite run "${workflowId}", but the result store ${how}`, {
    cause: error,
    hint:
      endedAt === undefined
        ? `Record its end: dynamo-bench cleanup; show the recorded cells: ${report}`
        : `Show its report: ${report}`,
  });
}

/** Reads the newest run of a workflow id in the store that RESULTS_DIR and RESULTS_URL name. */
async function newestStoredRun(workflowId: string): Promise<RunEntry | 'no store' | undefined> {
  const { RESULTS_DIR: results = 'runs', RESULTS_URL: url } = process.env;
  try {
    return await withStore({ results, ...(url ? { url } : {}) }, (store) =>
      store.use(async (kysely) => (await listRuns(kysely, { workflowId, limit: 1 }))[0]),
    );
  } catch (error) {
    // The command does not need the store, so that its own trouble must not hide the answer of Temporal.
    if (error instanceof SuiteFailure) return 'no store';
    throw error;
  }
}
