import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../../workflows/shared/messages.js';

/** The Temporal command line that the project installs by itself. */
export const TEMPORAL = fileURLToPath(new URL('../../../local/temporal.sh', import.meta.url));

let environment: Promise<TestWorkflowEnvironment> | undefined;

/** One real Temporal server for all tests of a mocha run. */
export function temporal(): Promise<TestWorkflowEnvironment> {
  environment ??= startTemporal();
  return environment;
}

let runtimeInstalled = false;

/** Quiet, and once in a process. Before anything of Temporal's worker is used without a server. */
export function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}

/**
 * A server of one's own, for who needs it to be set up in another way. Whoever starts it tears it down.
 *
 * @param dynamicConfig settings of the server, such as `limit.historyCount.suggestContinueAsNew=100`
 */
export function startTemporal(...dynamicConfig: string[]): Promise<TestWorkflowEnvironment> {
  installRuntime();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL },
      searchAttributes: [SUITE_NAME, SUITE_VERDICT, SUITE_TEST],
      log: { format: 'pretty', level: 'error' },
      extraArgs: dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
}

/** Mocha's root hook: ends the server that any test started. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await (await environment)?.teardown();
  },
};
