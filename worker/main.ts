#!/usr/bin/env node
import './heap.js';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { ResultStore } from '../results/store.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { connectTemporal, explainTrouble } from '../temporal/connection.js';
import { RunDirectory } from '../temporal/run-directory.js';
import { ScheduleDirectory } from '../temporal/schedule-directory.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { bundlesExist } from './bundle.js';
import { readConfig } from './config.js';
import { createWorker } from './worker.js';

/**
 * Runs a worker, connected with Temporal's environment configuration, until SIGINT or SIGTERM; then shuts it down
 * gracefully.
 */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  Runtime.install({ logger: new DefaultLogger(config.LOG_LEVEL) });
  if (!(await bundlesExist())) throw new Error('cannot find the workflow bundle: run `npm run build` first');

  const temporal = await connectTemporal(config.PAYLOAD_KEY_FILE);
  const { connection: client, address, namespace, dataConverter } = temporal;
  const connection = await NativeConnection.connect(loadClientConnectConfig().connectionOptions);
  await explainTrouble(temporal, () => ensureSearchAttributes(client, namespace));

  const store = await new ResultStore(config.RESULTS_DIR, config.RESULTS_URL).open();
  const activities = createActivities({
    store,
    runs: new RunDirectory(client, namespace, dataConverter),
    schedules: new ScheduleDirectory(client, namespace),
  });
  const worker = await createWorker({ connection, namespace, config, activities, dataConverter });
  console.error(
    `worker: task queue "${config.TASK_QUEUE}", Temporal ${address} (${namespace}), results in ${config.RESULTS_DIR}${config.RESULTS_URL ? ' and PostgreSQL' : ''}`,
  );
  const { DEPLOYMENT_NAME: deployment, BUILD_ID: build } = config;
  if (deployment !== undefined) {
    console.error(
      `worker: version ${build} of ${deployment}. To send new suites here, make it current: temporal worker deployment set-current-version --deployment-name ${deployment} --build-id ${build}`,
    );
  }
  try {
    await worker.run();
  } finally {
    await Promise.all([connection.close(), client.close(), store.close()]);
  }
}

main().catch((error: unknown) => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof SuiteFailure) console.error(`worker: ${message}\n  → ${error.hint}`);
  else console.error(`worker: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
  process.exitCode = 1;
});
