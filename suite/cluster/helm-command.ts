import { RUN_LABEL } from '../run/run.js';
import type { DynamoSpec } from '../spec/dynamo-spec.js';

/** Arguments of a helm call, and the chart values for its standard input (empty without values). */
export interface HelmCommand {
  readonly arguments: readonly string[];
  readonly values: string;
}

/**
 * Returns the command that installs the Dynamo platform. It fails when the release exists, and never changes one.
 * `--atomic` removes a failed installation.
 *
 * @param options.context context of the kubeconfig; default: the current one
 * @param options.installer key of the run that installs; a label of the release
 */
export function helmCommand(
  platform: DynamoSpec['platform'],
  { context, installer }: { readonly context?: string | undefined; readonly installer?: string } = {},
): HelmCommand {
  const { release, namespace, chart, version, values, timeout } = platform;
  const reference = chart.replaceAll('{version}', version);
  const isFile = reference !== chart || /\.tgz$|^[./]/.test(reference);
  const withValues = Object.keys(values).length > 0;
  return {
    arguments: [
      'install',
      release,
      reference,
      // A chart file contains its version.
      ...(isFile ? [] : ['--version', version]),
      '--namespace',
      namespace,
      '--create-namespace',
      '--atomic',
      '--wait',
      '--timeout',
      `${Math.ceil(timeout)}s`,
      ...(installer === undefined ? [] : ['--labels', `${RUN_LABEL}=${installer}`]),
      ...contextArguments(context),
      ...(withValues ? ['--values', '-'] : []),
    ],
    values: withValues ? JSON.stringify(values) : '',
  };
}

/**
 * Returns the command that lists the release of the platform as JSON, whatever its state.
 *
 * @param options.installer key of a run; lists the release only if this run installed it
 */
export function helmListCommand(
  { release, namespace }: DynamoSpec['platform'],
  { context, installer }: { readonly context?: string | undefined; readonly installer?: string } = {},
): HelmCommand {
  const selector = installer === undefined ? [] : ['--selector', `${RUN_LABEL}=${installer}`];
  const which = ['--all', '--filter', `^${release}$`, '--namespace', namespace];
  return { arguments: ['list', ...which, ...selector, ...contextArguments(context), '--output', 'json'], values: '' };
}

function contextArguments(context: string | undefined): string[] {
  return context === undefined ? [] : ['--kube-context', context];
}

/** Formats the command for a shell. */
export function helmCommandLine({ arguments: args, values }: HelmCommand): string {
  const command = ['helm', ...args].map(shellWord).join(' ');
  return values === '' ? command : `${command} <<< ${shellWord(values)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
