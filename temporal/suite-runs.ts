import {
  type Client,
  isGrpcServiceError,
  ServiceError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { didYouMean } from '../suite/schema/schema.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { type Progress, progressQuery } from '../workflows/shared/messages.js';

/** Among these the one that was meant is looked for. */
const NEWEST_RUNS = 100;
/** The client itself tries again for much longer, without saying that it does. */
const ANSWER_TIMEOUT_MS = 5_000;
/** gRPC: given up by the client or by the server when the deadline passed, nobody serves it, the server is away. */
const NO_ANSWER: ReadonlySet<number> = new Set([1, 4, 9, 14]);

/**
 * What Temporal knows of a suite run.
 *
 * @throws {SuiteFailure} `NotFound`, with the workflow id that was probably meant
 */
export async function describeSuiteRun(client: Client, workflowId: string): Promise<WorkflowExecutionDescription> {
  let description: WorkflowExecutionDescription;
  try {
    description = await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new SuiteFailure('NotFound', `there is no suite run "${workflowId}"${await suggestion(client, workflowId)}`, {
      cause: error,
      hint: `suite runs: temporal workflow list -q 'WorkflowType="benchmarkSuite"'`,
    });
  }
  if (description.type !== 'benchmarkSuite') {
    const suite = workflowId.split('/')[0] ?? workflowId;
    throw new SuiteFailure('NotFound', `"${workflowId}" is a ${description.type} and no suite run`, {
      hint: suite === workflowId ? 'give the workflow id of a benchmarkSuite' : `its suite run is "${suite}"`,
    });
  }
  return description;
}

/** Whether it still goes on, so that it can be told something and its objects are its own. */
export function isOpen({ status }: Pick<WorkflowExecutionDescription, 'status'>): boolean {
  return status.name === 'RUNNING' || status.name === 'PAUSED';
}

/** How far it is; undefined when no worker answers. */
export async function progressOf(client: Client, workflowId: string): Promise<Progress | undefined> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).query(progressQuery),
    );
  } catch (error) {
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
}

/** True: Temporal or the worker did not answer, which may be another matter in a moment. */
export function isNoAnswer(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && NO_ANSWER.has(cause.code);
}

async function suggestion(client: Client, workflowId: string): Promise<string> {
  const known: string[] = [];
  for await (const run of client.workflow.list({ query: 'WorkflowType="benchmarkSuite"' })) {
    if (known.push(run.workflowId) === NEWEST_RUNS) break;
  }
  return known.length === 0 ? '' : didYouMean(workflowId, [...new Set(known)]);
}
