import {
  type Client,
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { didYouMean } from '../suite/schema/schema.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { type Progress, progressQuery } from '../workflows/common/messages.js';

/** Number of newest suite runs that are searched for a name similar to a misspelled workflow id. */
const SUGGESTION_RUNS = 100;
/** Time limit of a request. By default the client retries for much longer, without reporting it. */
const ANSWER_TIMEOUT_MS = 5_000;
/** gRPC codes: cancelled, deadline exceeded, failed precondition (no worker polls), unavailable. */
const UNAVAILABLE: ReadonlySet<number> = new Set([1, 4, 9, 14]);

/**
 * Describes a suite run.
 *
 * @throws {SuiteFailure} `NotFound`, with a similar workflow id if there is one
 */
export async function describeSuiteRun(client: Client, workflowId: string): Promise<WorkflowExecutionDescription> {
  let description: WorkflowExecutionDescription;
  try {
    description = await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    const message = `Suite run "${workflowId}" does not exist in Temporal${await suggestion(client, workflowId)}`;
    throw new SuiteFailure('NotFound', message, {
      cause: error,
      hint: `list suite runs: temporal workflow list -q 'WorkflowType="benchmarkSuite"'`,
    });
  }
  if (description.type !== 'benchmarkSuite') {
    const suite = workflowId.split('/')[0] ?? workflowId;
    throw new SuiteFailure('NotFound', `Workflow "${workflowId}" is a ${description.type}, not a suite run`, {
      hint:
        suite === workflowId
          ? 'use the workflow id of a benchmarkSuite'
          : `use the workflow id of its suite run: ${suite}`,
    });
  }
  return description;
}

/** Returns whether a workflow is open: it accepts signals, and its objects in the cluster are in use. */
export function isOpen({ status }: Pick<WorkflowExecutionDescription, 'status'>): boolean {
  return status.name === 'RUNNING' || status.name === 'PAUSED';
}

/** Answer to the query for the progress of a suite run. */
export interface ProgressAnswer {
  /** Absent when no worker answers, or when the worker cannot. */
  readonly progress?: Progress;
  /** Message of a worker that cannot answer, because its code does not fit the history of the run. */
  readonly refusal?: string;
}

/** Fetches the progress of a suite run. */
export async function fetchProgress(client: Client, workflowId: string): Promise<ProgressAnswer> {
  try {
    const progress = await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).query(progressQuery),
    );
    return { progress };
  } catch (error) {
    if (error instanceof QueryNotRegisteredError) return { refusal: error.message };
    if (isUnavailable(error)) return {};
    throw error;
  }
}

/** Returns whether Temporal or the worker did not answer. A later request may succeed. */
export function isUnavailable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && UNAVAILABLE.has(cause.code);
}

async function suggestion(client: Client, workflowId: string): Promise<string> {
  const known: string[] = [];
  for await (const run of client.workflow.list({ query: 'WorkflowType="benchmarkSuite"' })) {
    if (known.push(run.workflowId) === SUGGESTION_RUNS) break;
  }
  return known.length === 0 ? '' : didYouMean(workflowId, [...new Set(known)]);
}
