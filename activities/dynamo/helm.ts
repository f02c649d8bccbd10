import { spawn } from 'node:child_process';
import { cancellationSignal } from '@temporalio/activity';
import { type HelmCommand, helmCommand, helmCommandLine, helmListCommand } from '../../suite/cluster/helm-command.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Helm release of the platform, from `helm list`. */
export interface Release {
  readonly name: string;
  /** `deployed`, `pending-install`, `failed`, … */
  readonly status: string;
}

/** Matches the error of helm when the release exists. */
const EXISTS = /cannot re-?use a name that is still in use/i;
/** Matches errors of an account without a permission. */
const FORBIDDEN = /\bforbidden\b/i;
/** Maximum number of characters of helm's output in a failure message. */
const MAX_OUTPUT_CHARACTERS = 1000;

/** Identifies the release, and the run that may install it. */
interface Installation {
  readonly run: Run;
  readonly platform: DynamoSpec['platform'];
}

/**
 * Reads the release of the platform; undefined when there is none.
 *
 * @throws {SuiteFailure} `PlatformInstall` when helm cannot read it
 */
export async function findRelease({ run, platform }: Installation): Promise<Release | undefined> {
  const { exitCode, output } = await helm(helmListCommand(platform, { context: run.context }));
  if (exitCode !== 0) throw installFailure({ run, platform }, exitCode, output);
  return releaseIn(output);
}

/** Returns whether this run installed the release. Returns false when helm cannot read it. */
export async function isInstaller({ run, platform }: Installation): Promise<boolean> {
  try {
    const { context, key: installer } = run;
    const { exitCode, output } = await helm(helmListCommand(platform, { context, installer }));
    return exitCode === 0 && releaseIn(output) !== undefined;
  } catch (error) {
    if (error instanceof SuiteFailure) return false;
    throw error;
  }
}

/**
 * Installs the platform, and waits until it is ready. Changes nothing when the release exists, which another run may have
 * created a moment ago.
 *
 * @throws {SuiteFailure} `PlatformInstall`
 */
export async function installRelease({ run, platform }: Installation): Promise<void> {
  const { context, key: installer } = run;
  const { exitCode, output } = await helm(helmCommand(platform, { context, installer }));
  if (exitCode !== 0 && !EXISTS.test(output)) throw installFailure({ run, platform }, exitCode, output);
}

function installFailure({ run, platform }: Installation, exitCode: number | null, output: string): SuiteFailure {
  const command = helmCommandLine(helmCommand(platform, { context: run.context }));
  return new SuiteFailure(
    'PlatformInstall',
    `helm ended with exit code ${exitCode}: ${output}`,
    FORBIDDEN.test(output)
      ? {
          hint: `Run this command as an administrator of the cluster, because the account of the worker lacks the permission named in the message: ${command}`,
        }
      : {},
  );
}

function releaseIn(output: string): Release | undefined {
  return (JSON.parse(output) as Release[])[0];
}

/** Runs one helm process until it ends. `output` has standard output of a success, otherwise the end of both streams. */
async function helm({ arguments: args, values }: HelmCommand): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn('helm', args, { stdio: ['pipe', 'pipe', 'pipe'], signal: cancellationSignal() });
  let stdout = '';
  let all = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    all += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => (all += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(values);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new SuiteFailure('PlatformInstall', 'the worker has no program "helm" on its PATH', {
              hint: 'Install helm 3.13 or newer on the worker, or install the platform yourself',
              cause: error,
            })
          : error,
      ),
    );
    child.on('close', resolve);
  });
  return { exitCode, output: exitCode === 0 ? stdout : all.trim().slice(-MAX_OUTPUT_CHARACTERS) };
}
