#!/usr/bin/env node
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { ResultStore } from '../results/store.js';
import { SuiteFailure } from '../suite/failure.js';
import { RunDirectory } from '../temporal/run-directory.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { bundleExists } from './bundle.js';
import { readConfig } from './config.js';
import { createWorker } from './worker.js';

/** Connects by Temporal's environment configuration, runs until SIGINT or SIGTERM, and ends what it can. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  Runtime.install({ logger: new DefaultLogger(config.LOG_LEVEL) });
  if (!(await bundleExists())) throw new Error('the workflow bundle is missing: run `npm run build` first');

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  const connection = await NativeConnection.connect(connectionOptions).catch((error: unknown) => {
    throw new Error(
      `no Temporal server at ${address}: start one, or set TEMPORAL_ADDRESS or a profile in temporal.toml`,
      { cause: error },
    );
  });
  const client = await Connection.connect(connectionOptions);
  await ensureSearchAttributes(client, namespace);

  const store = await new ResultStore(config.RESULTS_DIR, config.RESULTS_URL).open();
  const activities = createActivities({
    store,
    runs: new RunDirectory(client, namespace),
  });
  const worker = await createWorker({ connection, namespace, config, activities });
  console.error(
    `worker: task queue "${config.TASK_QUEUE}", Temporal ${address} (${namespace}), results in ${config.RESULTS_DIR}${config.RESULTS_URL ? ' and PostgreSQL' : ''}`,
  );
  try {
    await worker.run();
  } finally {
    await Promise.all([connection.close(), client.close(), store.close()]);
  }
}

main().catch((error: unknown) => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  console.error(`worker: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
  if (error instanceof SuiteFailure) console.error(`  → ${error.hint}`);
  process.exitCode = 1;
});
