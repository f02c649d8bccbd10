import type { Client } from '@temporalio/client';
import { findWorkers } from '../../temporal/workers.js';
import { complain } from './say.js';

/** Warns on standard error when no worker would start a suite run on a task queue. */
export async function warnOfWorkers(client: Client, taskQueue: string): Promise<void> {
  const { trouble } = await findWorkers(client, taskQueue);
  if (trouble) complain(`warning: ${trouble.message}; suite runs wait until then\n  → ${trouble.hint}`);
}
