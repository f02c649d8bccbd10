import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';
import { allowListsOf } from '../activities/context/allow-lists.js';
import { createActivities } from '../activities/index.js';
import { shortStoreId } from '../results/database/store-id.js';
import { ResultStore } from '../results/store.js';
import { connectTemporal, explainTrouble } from '../temporal/connection.js';
import { RunDirectory } from '../temporal/run-directory.js';
import { ScheduleDirectory } from '../temporal/schedule-directory.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { openTracing } from '../temporal/tracing/open-tracing.js';
import { bundleExists } from './bundle.js';
import { misspelledVariables, readConfig, type WorkerConfig } from './config.js';
import type { WorkerLog } from './logging/worker-log.js';
import { type Observation, observe } from './observation.js';
import { installRuntime } from './runtime.js';
import { createWorker } from './worker.js';

/**
 * Runs a worker, connected with Temporal's environment configuration, until SIGINT or SIGTERM; then shuts it down
 * gracefully. It is the only worker of its process.
 *
 * @param create creates the activities. Default: those that measure
 */
export async function runWorker(
  environment: NodeJS.ProcessEnv,
  log: WorkerLog,
  create: typeof createActivities = createActivities,
): Promise<void> {
  const config = readConfig(environment);
  for (const warning of misspelledVariables(environment)) log.warn(warning);
  const runtime = installRuntime(config, log.logger);
  try {
    if (!(await bundleExists())) throw new Error('cannot find the workflow bundle: run `npm run build` first');
    const observation = await observe(config);
    try {
      await run(config, observation, log, create);
    } finally {
      await observation.end();
    }
  } finally {
    // While it forwards log lines, it keeps a process alive that failed before its worker ran.
    await runtime.shutdown();
  }
}

async function run(
  config: WorkerConfig,
  observation: Observation,
  log: WorkerLog,
  create: typeof createActivities,
): Promise<void> {
  const temporal = await connectTemporal(config.PAYLOAD_KEY_FILE);
  const { connection: client, address, namespace, dataConverter } = temporal;
  const connection = await NativeConnection.connect(loadClientConnectConfig().connectionOptions);
  await explainTrouble(temporal, () => ensureSearchAttributes(client, namespace));

  const store = await new ResultStore(config.RESULTS_DIR, config.RESULTS_URL).open();
  const activities = create({
    store,
    runs: new RunDirectory(client, namespace, dataConverter),
    schedules: new ScheduleDirectory(client, namespace),
    allowed: allowListsOf(config),
    serviceAccount: config.BENCHMARK_SERVICE_ACCOUNT,
  });
  const { observed } = observation;
  const tracing = await openTracing('dynamo-bench-worker', log.warn);
  const place = config.RESULTS_URL ? store.name : `${resolve(store.name)} on ${hostname()}`;
  const binding = { id: await store.id(), place };
  const parts = { connection, namespace, config, activities, store: binding, dataConverter, observed, tracing };
  const worker = await createWorker(parts);
  observation.watch({ worker, client, namespace, store });
  log.say(
    `task queue "${config.TASK_QUEUE}", Temporal ${address} (${namespace}), results in ${config.RESULTS_DIR}${config.RESULTS_URL ? ` and ${store.name}` : ''} (store ${shortStoreId(binding.id)})`,
  );
  for (const { what, url } of observation.endpoints) log.say(`${what} on ${url}`);
  const { DEPLOYMENT_NAME: deployment, BUILD_ID: build } = config;
  if (deployment !== undefined) {
    log.say(
      `version ${build} of ${deployment}. To send new suites here, make it current: temporal worker deployment set-current-version --deployment-name ${deployment} --build-id ${build}`,
    );
  }
  try {
    await worker.run();
  } finally {
    await observation.end();
    await tracing?.close();
    await Promise.all([connection.close(), client.close(), store.close()]);
  }
}
