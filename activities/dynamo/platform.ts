import { spawn } from 'node:child_process';
import { cancellationSignal } from '@temporalio/activity';
import { findPlatform } from '../../cluster/dynamo-platform.js';
import { poll } from '../../kubernetes/client/poll.js';
import { type HelmCommand, helmCommand, helmCommandLine } from '../../suite/cluster/helm-command.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { platformRequests } from '../../suite/spec/requests.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { refuseUnlisted } from '../context/allow-lists.js';
import type { ActivityContext } from '../context/context.js';

/** The Dynamo platform in a cluster. */
export interface Platform {
  /** Version of the operator, from its custom resource definition; `unknown` when the definition does not state it. */
  readonly version: string;
  /** Whether this run installed the platform. */
  readonly installed: boolean;
}

/** Matches helm's error while another helm process changes the same release. */
const BUSY = /another operation \(install\/upgrade\/rollback\) is in progress/;
/** Maximum number of characters of helm's output in a failure message. */
const MAX_OUTPUT_CHARACTERS = 1000;

export function platformActivities(context: ActivityContext) {
  return {
    /**
     * Ensures that the Dynamo platform is installed: its custom resource definition in the version that the suite
     * supports, and a ready operator. Installs a missing platform with helm when the spec allows it.
     *
     * @throws {SuiteFailure} `PlatformMissing`, with the command that installs it; `PlatformInstall` when helm failed;
     *   `NotAllowed` when the worker does not allow the chart or its namespace
     */
    async ensurePlatform(input: { run: Run; platform: DynamoSpec['platform'] }): Promise<Platform> {
      const { run, platform } = input;
      const cluster = context.cluster(run);
      const found = await findPlatform(cluster, cancellationSignal());
      if (!('missing' in found)) return { ...found, installed: false };
      const command = helmCommand(platform, run.context);
      if (!platform.install) {
        throw new SuiteFailure('PlatformMissing', found.missing, { hint: `Install it: ${helmCommandLine(command)}` });
      }
      refuseUnlisted(context.allowed, platformRequests(platform));
      await install(command, platform);
      const installed = await findPlatform(cluster, cancellationSignal());
      if ('missing' in installed) {
        throw new SuiteFailure('PlatformInstall', `chart ${platform.chart} was installed, but ${installed.missing}`);
      }
      return { ...installed, installed: true };
    },
  };
}

/** Runs helm. Waits for a helm process that a stopped worker left running. */
async function install(command: HelmCommand, { release, namespace, timeout }: DynamoSpec['platform']): Promise<void> {
  await poll(async (elapsed) => {
    const { exitCode, output } = await helm(command);
    if (exitCode === 0) return true;
    if (!BUSY.test(output)) {
      throw new SuiteFailure('PlatformInstall', `helm ended with exit code ${exitCode}: ${output}`);
    }
    if (elapsed < timeout) return undefined;
    const what = `${release} --namespace ${namespace}`;
    throw new SuiteFailure(
      'PlatformInstall',
      `an earlier helm process did not finish its change of release ${release}: ${output}`,
      {
        hint: `Run "helm status ${what}"; then "helm rollback ${what}", or "helm uninstall ${what}" if the release never worked`,
      },
    );
  }, cancellationSignal());
}

/** Runs one helm process until it ends. helm waits for the release, and rolls back a failed one. */
async function helm({ arguments: args, values }: HelmCommand): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn('helm', args, { stdio: ['pipe', 'pipe', 'pipe'], signal: cancellationSignal() });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(values);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new SuiteFailure('PlatformInstall', 'the worker has no program "helm" on its PATH', { cause: error })
          : error,
      ),
    );
    child.on('close', resolve);
  });
  return { exitCode, output: output.trim().slice(-MAX_OUTPUT_CHARACTERS) };
}
