import type { DynamoSpec } from '../spec/dynamo-spec.js';

/** Arguments of a helm call, and the chart values for its standard input (empty without values). */
export interface HelmCommand {
  readonly arguments: readonly string[];
  readonly values: string;
}

/**
 * Returns the command that installs the Dynamo platform, or upgrades it to the version in the spec. It can run repeatedly.
 * `--atomic` rolls back a failed installation.
 */
export function helmCommand(platform: DynamoSpec['platform'], context?: string): HelmCommand {
  const { release, namespace, chart, version, values, timeout } = platform;
  const reference = chart.replaceAll('{version}', version);
  const isFile = reference !== chart || /\.tgz$|^[./]/.test(reference);
  const withValues = Object.keys(values).length > 0;
  return {
    arguments: [
      'upgrade',
      '--install',
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
      ...(context === undefined ? [] : ['--kube-context', context]),
      ...(withValues ? ['--values', '-'] : []),
    ],
    values: withValues ? JSON.stringify(values) : '',
  };
}

/** Formats the command for a shell. */
export function helmCommandLine({ arguments: args, values }: HelmCommand): string {
  const command = ['helm', ...args].map(shellWord).join(' ');
  return values === '' ? command : `${command} <<< ${shellWord(values)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
