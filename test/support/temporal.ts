import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../../workflows/messages.js';

/** The Temporal command line that the project installs by itself. */
export const TEMPORAL = fileURLToPath(new URL('../../../local/temporal.sh', import.meta.url));

let environment: Promise<TestWorkflowEnvironment> | undefined;

/** One real Temporal server for all tests of a mocha run. */
export function temporal(): Promise<TestWorkflowEnvironment> {
  environment ??= start();
  return environment;
}

async function start(): Promise<TestWorkflowEnvironment> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL },
      searchAttributes: [SUITE_NAME, SUITE_VERDICT, SUITE_TEST],
      log: { format: 'pretty', level: 'error' },
    },
  });
}

/** Mocha's root hook: ends the server that any test started. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await (await environment)?.teardown();
  },
};
