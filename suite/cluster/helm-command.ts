import type { DynamoSpec } from '../spec/dynamo-spec.js';

/** How helm is called: its arguments, and the values for its standard input (empty: none). */
export interface HelmCommand {
  readonly arguments: readonly string[];
  readonly values: string;
}

/**
 * Installs the platform, or brings it to what the spec says: the same command can run again. `--atomic` takes back what
 * does not become ready.
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
      // A chart that is named by file has its version in itself.
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

/** The command as a person types it into a shell. */
export function helmCommandLine({ arguments: args, values }: HelmCommand): string {
  const command = ['helm', ...args].map(shellWord).join(' ');
  return values === '' ? command : `${command} <<< ${shellWord(values)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
