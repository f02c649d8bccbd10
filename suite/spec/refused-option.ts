/** Shortest prefix of a long option that is compared with whole names: `--` and three letters. */
const SHORTEST_PREFIX = 5;

/**
 * Finds the option of a list that a program reads from one argument of its command line: with its value (`--name=value`), with
 * underscores as vLLM accepts them, and as a prefix as Python's argparse accepts it. A name that ends with a dot means every
 * option that starts with it.
 */
export function refusedOption(argument: string, names: readonly string[]): string | undefined {
  const [written = ''] = argument.split('=', 1);
  if (!written.startsWith('--')) return names.find((name) => isShort(written, name));
  const option = written.replaceAll('_', '-');
  if (names.includes(option)) return option;
  return names.find((name) =>
    name.endsWith('.') ? option.startsWith(name) : option.length >= SHORTEST_PREFIX && name.startsWith(option),
  );
}

/** Compares with an option with one hyphen, also as a prefix (`-t`) and with its number (`-tp4`). */
function isShort(written: string, name: string): boolean {
  if (name.startsWith('--') || written.length < 2) return false;
  return name.startsWith(written) || (written.startsWith(name) && /^\d+$/.test(written.slice(name.length)));
}
