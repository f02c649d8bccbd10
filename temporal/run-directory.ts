import { type Connection, WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import { runKey } from '../suite/run/run.js';
import type { OpenRuns, RunStatus, RunStatusClient } from '../suite/run/run-status.js';
import { isOpen } from './suite-runs.js';

/** Looks up which suite runs of a Temporal namespace are open, and how the others ended. */
export class RunDirectory implements OpenRuns, RunStatusClient {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #client: WorkflowClient;
  #namespaceId: Promise<string> | undefined;

  constructor(connection: Connection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#client = new WorkflowClient({ connection, namespace });
  }

  namespaceId(): Promise<string> {
    this.#namespaceId ??= this.#describeNamespace().catch((error: unknown) => {
      this.#namespaceId = undefined;
      throw error;
    });
    return this.#namespaceId;
  }

  async isOpen(workflowId: string, key: string): Promise<boolean> {
    try {
      const description = await this.#client.getHandle(workflowId).describe();
      const firstRunId = description.raw.workflowExecutionInfo?.firstRunId;
      if (!firstRunId) throw new Error(`Temporal returned no first run id for workflow "${workflowId}"`);
      return isOpen(description) && runKey(firstRunId) === key;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  async status(workflowId: string, runId: string): Promise<RunStatus> {
    try {
      const description = await this.#client.getHandle(workflowId, runId).describe();
      const { status, closeTime } = description;
      if (isOpen(description) || !closeTime) return { state: 'open' };
      return { state: 'closed', how: status.name, at: closeTime.toISOString() };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { state: 'unknown' };
      throw error;
    }
  }

  async #describeNamespace(): Promise<string> {
    const { namespaceInfo } = await this.#connection.workflowService.describeNamespace({ namespace: this.#namespace });
    if (!namespaceInfo?.id) throw new Error(`Temporal returned no id for namespace "${this.#namespace}"`);
    return namespaceInfo.id;
  }
}
