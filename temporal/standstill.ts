import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { failingTask, type TaskFailure } from './failing-task.js';
import { findWorkers, type Standstill, type WorkerVersion } from './workers.js';

/** temporal.api.enums.v1.VersioningBehavior */
const PINNED = 1;
/** A worker that has not polled for this time has ended: a poll takes one minute. */
const POLL_AGE_MS = 90_000;
/** Number of running tests that are checked. A suite runs one block at a time. */
const CHECKED_TESTS = 3;

/** What the query for the progress of a suite run found. */
interface Answer {
  /** Whether a worker answered with the progress. */
  readonly answered: boolean;
  /** Message of a worker that could not answer, because it could not replay the history. */
  readonly refusal?: string | undefined;
}

/**
 * Finds out why an open suite run does not move: a workflow task of the suite or of its running test that fails again
 * and again, or, if no worker answered, the workers of its task queue. Reads descriptions and at most one page of a
 * history. Returns undefined when nothing is wrong, or when the cause is unknown.
 *
 * @param now milliseconds since 1970
 */
export async function findStandstill(
  client: Client,
  description: WorkflowExecutionDescription,
  { answered, refusal }: Answer,
  now: number,
): Promise<Standstill | undefined> {
  const failing = await failingTasks(client, description);
  if (refusal !== undefined && !failing.some(({ workflowId }) => workflowId === description.workflowId))
    failing.unshift({ workflowId: description.workflowId, kind: 'replay', message: refusal, attempt: undefined });
  const [first] = failing;
  if (first) return failureStandstill(description, first, failing);
  if (answered) return undefined;
  const { workflowId, taskQueue } = description;
  const pinned = pinnedVersion(description);
  const { trouble } = await findWorkers(client, taskQueue, { pinned, since: now - POLL_AGE_MS });
  if (trouble === undefined || pinned === undefined) return trouble;
  return { ...trouble, hint: `${trouble.hint}; or ${startAgain(workflowId, [])}` };
}

/** Finds the workflows of a suite run whose workflow task fails again and again: the suite itself first. */
async function failingTasks(client: Client, description: WorkflowExecutionDescription): Promise<TaskFailure[]> {
  const children = (description.raw.pendingChildren ?? []).flatMap(({ workflowId }) => workflowId ?? []);
  const tests = children
    .slice(0, CHECKED_TESTS)
    .map(async (id) => failingTask(client, await client.workflow.getHandle(id).describe()));
  const found = await Promise.all([failingTask(client, description), ...tests]);
  return found.flatMap((failure) => failure ?? []);
}

function failureStandstill(
  { workflowId, taskQueue }: WorkflowExecutionDescription,
  { workflowId: failing, kind, message, attempt }: TaskFailure,
  all: readonly TaskFailure[],
): Standstill {
  const what = failing === workflowId ? `Suite run "${workflowId}"` : `Test "${failing.slice(workflowId.length + 1)}"`;
  const times = attempt === undefined ? '' : `, attempt ${attempt}`;
  const tests = all.flatMap((task) => (task.workflowId === workflowId ? [] : task.workflowId));
  const again = startAgain(workflowId, tests);
  switch (kind) {
    case 'replay':
      return {
        message: `${what} cannot continue: the version of the worker does not fit the run${times}: ${message}`,
        hint: `Start the worker version that began the run on task queue "${taskQueue}", or ${again}`,
      };
    case 'too large':
      return {
        message: `${what} cannot continue: a payload is too large${times}: ${message}`,
        hint: `Divide the suite into smaller ones, or use fewer repetitions; ${again}`,
      };
    case 'late':
      return {
        message: `${what} cannot continue: no worker completes its workflow task in time${times}`,
        hint: `Check the log, the memory and the load of the workers on task queue "${taskQueue}"`,
      };
    case 'failed':
      return {
        message: `${what} cannot continue: its workflow task fails${times}: ${message}`,
        hint: `Check the log of the workers on task queue "${taskQueue}" and correct the cause, after which the run continues; or ${again}`,
      };
  }
}

/** Names the commands that end a suite run and continue it in a new one. @param tests workflows that cannot end */
function startAgain(workflowId: string, tests: readonly string[]): string {
  const terminate = [...tests, workflowId].map((id) => `temporal workflow terminate --workflow-id ${id}`);
  return `start again with the recorded cells: ${[...terminate, `dynamo-bench run SPEC --workflow-id ${workflowId}`].join(' && ')}`;
}

/** Returns the version to which a run is pinned: the one that an operator set, or the one that began it. */
function pinnedVersion({ raw }: WorkflowExecutionDescription): WorkerVersion | undefined {
  const { behavior, deploymentVersion, versioningOverride } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  if (versioningOverride?.autoUpgrade) return undefined;
  const version = versioningOverride?.pinned?.version ?? (behavior === PINNED ? deploymentVersion : undefined);
  const { deploymentName: deployment, buildId: build } = version ?? {};
  return deployment && build ? { deployment, build } : undefined;
}
