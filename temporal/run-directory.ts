import {
  type Connection,
  WorkflowClient,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { runKey } from '../suite/run/run.js';
import type { OpenRuns, RunStatus, RunStatusClient } from '../suite/run/run-status.js';
import { isOpen } from './suite-runs.js';

/** Status of a run whose workflow continued in another run, with the same workflow id. */
const CONTINUED = 'CONTINUED_AS_NEW';

/** Looks up which suite runs of a Temporal namespace are open, and how the others ended. */
export class RunDirectory implements OpenRuns, RunStatusClient {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #client: WorkflowClient;
  #namespaceId: Promise<string> | undefined;

  constructor(connection: Connection, namespace: string, dataConverter: DataConverter = {}) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#client = new WorkflowClient({ connection, namespace, dataConverter });
  }

  namespaceId(): Promise<string> {
    this.#namespaceId ??= this.#describeNamespace().catch((error: unknown) => {
      this.#namespaceId = undefined;
      throw error;
    });
    return this.#namespaceId;
  }

  async isOpen(workflowId: string, key: string): Promise<boolean> {
    const latest = await this.#describe(workflowId);
    return latest !== undefined && isOpen(latest) && runKey(firstRunIdOf(latest)) === key;
  }

  /** A run that continued as new is as open as the last run of its chain. */
  async status(workflowId: string, runId: string): Promise<RunStatus> {
    const last = await this.#endOfChain(workflowId, runId);
    if (!last) return { state: 'unknown' };
    const { status, closeTime } = last;
    if (isOpen(last) || !closeTime) return { state: 'open' };
    return { state: 'closed', how: status.name, at: closeTime.toISOString() };
  }

  /** Describes the last run of the chain that a run began; undefined when Temporal does not know it. */
  async #endOfChain(workflowId: string, runId: string): Promise<WorkflowExecutionDescription | undefined> {
    const run = await this.#describe(workflowId, runId);
    if (run && run.status.name !== CONTINUED) return run;
    // Temporal deletes the first runs of a long chain while the last one is still open.
    const latest = await this.#describe(workflowId);
    if (latest && firstRunIdOf(latest) === (run ? firstRunIdOf(run) : runId)) return latest;
    return run && this.#followChain(run);
  }

  /** Follows a chain of runs to its end, from run to run. Another run with the same workflow id may have begun since. */
  async #followChain(run: WorkflowExecutionDescription): Promise<WorkflowExecutionDescription | undefined> {
    let last: WorkflowExecutionDescription | undefined = run;
    while (last?.status.name === CONTINUED) last = await this.#describe(run.workflowId, await this.#nextRunId(last));
    return last;
  }

  async #nextRunId({ workflowId, runId }: WorkflowExecutionDescription): Promise<string> {
    const { history } = await this.#connection.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: this.#namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    });
    const next = history?.events?.[0]?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (!next) throw new Error(`Temporal returned no run after run ${runId} of workflow "${workflowId}"`);
    return next;
  }

  /** @returns undefined when Temporal does not know the run */
  async #describe(workflowId: string, runId?: string): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.#client.getHandle(workflowId, runId).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  async #describeNamespace(): Promise<string> {
    const { namespaceInfo } = await this.#connection.workflowService.describeNamespace({ namespace: this.#namespace });
    if (!namespaceInfo?.id) throw new Error(`Temporal returned no id for namespace "${this.#namespace}"`);
    return namespaceInfo.id;
  }
}

/** Returns the id of the first run of the chain that a run belongs to. */
function firstRunIdOf({ workflowId, raw }: WorkflowExecutionDescription): string {
  const firstRunId = raw.workflowExecutionInfo?.firstRunId;
  if (!firstRunId) throw new Error(`Temporal returned no first run id for workflow "${workflowId}"`);
  return firstRunId;
}
