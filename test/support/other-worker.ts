import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { temporal } from './temporal.js';

/**
 * Runs a worker with other workflows than those of the suite, for as long as `work` takes.
 *
 * @param workflows name of a file in test/support/workflows
 */
export async function withOtherWorker<T>(
  { workflows, taskQueue, activities = {} }: { workflows: string; taskQueue: string; activities?: object },
  work: () => Promise<T>,
): Promise<T> {
  const connection = await NativeConnection.connect({ address: (await temporal()).address });
  const workflowsPath = fileURLToPath(new URL(`workflows/${workflows}.js`, import.meta.url));
  const worker = await Worker.create({ connection, namespace: 'default', taskQueue, workflowsPath, activities });
  try {
    return await worker.runUntil(work);
  } finally {
    await connection.close();
  }
}
