import { spawn } from 'node:child_process';
import { cancellationSignal } from '@temporalio/activity';
import { findPlatform } from '../../cluster/dynamo-platform.js';
import { poll } from '../../kubernetes/client/poll.js';
import { type HelmCommand, helmCommand, helmCommandLine } from '../../suite/cluster/helm-command.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';

/** The Dynamo platform in a cluster. */
export interface Platform {
  /** Of the operator, as its resource says; `unknown` when nothing does. */
  readonly version: string;
  /** This run installed it. */
  readonly installed: boolean;
}

/** What helm says while another one works on the same release. */
const BUSY = /another operation \(install\/upgrade\/rollback\) is in progress/;
/** Characters of helm's output that a failure shows. */
const MOST_OUTPUT = 1000;

export function platformActivities(context: ActivityContext) {
  return {
    /**
     * Makes sure that the Dynamo platform is there: its resource in the version that the suite speaks, and an operator
     * that runs. What is missing is installed with helm, or refused with the command that does it.
     *
     * @throws {SuiteFailure} `PlatformMissing`, `PlatformInstall`
     */
    async ensurePlatform(input: { run: Run; platform: DynamoSpec['platform'] }): Promise<Platform> {
      const { run, platform } = input;
      const cluster = context.cluster(run);
      const found = await findPlatform(cluster, cancellationSignal());
      if (!('missing' in found)) return { ...found, installed: false };
      const command = helmCommand(platform, run.context);
      if (!platform.install) {
        throw new SuiteFailure('PlatformMissing', found.missing, { hint: `install it: ${helmCommandLine(command)}` });
      }
      await install(command, platform);
      const installed = await findPlatform(cluster, cancellationSignal());
      if ('missing' in installed) {
        throw new SuiteFailure('PlatformInstall', `after chart ${platform.chart} was installed, ${installed.missing}`);
      }
      return { ...installed, installed: true };
    },
  };
}

/** Runs helm; one that a worker started which was ended meanwhile is waited for. */
async function install(command: HelmCommand, { release, namespace, timeout }: DynamoSpec['platform']): Promise<void> {
  await poll(async (elapsed) => {
    const { exitCode, output } = await helm(command);
    if (exitCode === 0) return true;
    if (!BUSY.test(output)) {
      throw new SuiteFailure('PlatformInstall', `helm ended with exit code ${exitCode}: ${output}`);
    }
    if (elapsed < timeout) return undefined;
    const what = `${release} --namespace ${namespace}`;
    throw new SuiteFailure('PlatformInstall', `an earlier helm was ended in the middle: ${output}`, {
      hint: `look at "helm status ${what}"; then "helm rollback ${what}", or "helm uninstall ${what}" if it never worked`,
    });
  }, cancellationSignal());
}

/** Ends when helm has; helm itself waits and takes back what did not work. */
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
  return { exitCode, output: output.trim().slice(-MOST_OUTPUT) };
}
