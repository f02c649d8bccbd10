import { Client, type Connection } from '@temporalio/client';
import type { Worker } from '@temporalio/worker';
import { checkWritable } from '../../results/maintenance/check-writable.js';
import type { ResultStore } from '../../results/store.js';
import { isPolling } from '../../temporal/workers.js';
import type { Check } from './readiness.js';

/** Worker whose state the checks read, and its connections. */
export interface CheckedWorker {
  readonly worker: Worker;
  readonly identity: string;
  readonly client: Connection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly store: ResultStore;
}

/** Time limit of a request to Temporal, in milliseconds, so that an abandoned check does not stay open. */
const REQUEST_MS = 2_000;

/** Returns the checks of a worker: Temporal answers, the store can be written, and the worker polls its task queue. */
export function workerChecks({
  worker,
  identity,
  client,
  namespace,
  taskQueue,
  store,
}: CheckedWorker): Record<'temporal' | 'store' | 'taskQueue', Check> {
  const request = <T>(send: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + REQUEST_MS, send);
  return {
    temporal: async () => {
      await request(() => client.workflowService.getSystemInfo({}));
    },
    store: () => checkWritable(store),
    taskQueue: async () => {
      const state = worker.getState();
      if (state !== 'RUNNING') throw new Error(`the worker is ${state}`);
      const isSeen = await request(() => isPolling(new Client({ connection: client, namespace }), taskQueue, identity));
      if (!isSeen) throw new Error(`Temporal has no poll of this worker on "${taskQueue}" yet`);
    },
  };
}
