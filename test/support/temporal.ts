import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../../workflows/common/messages.js';
import { afterLastTest } from './teardown.js';

/** The Temporal command line that the project installs by itself. */
export const TEMPORAL = fileURLToPath(new URL('../../../local/temporal.sh', import.meta.url));

let environment: Promise<TestWorkflowEnvironment> | undefined;

/** One real Temporal server for all tests of a mocha run; it ends after the last of them. */
export function temporal(): Promise<TestWorkflowEnvironment> {
  if (!environment) {
    const started = startTemporal();
    environment = started;
    afterLastTest(async () => {
      environment = undefined;
      await (await started).teardown();
    });
  }
  return environment;
}

let runtimeInstalled = false;

/** Installs Temporal's runtime, quiet, once in a process. Call it before a worker is used without a server. */
export function installRuntime(): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
}

/**
 * Starts a server for tests that need other settings. The caller tears it down.
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
