import { optionText } from './options.js';
import type { NixlbenchSpec } from './spec.js';

/** Maximum length of a line of the configuration. */
const LONGEST_LINE = 400;

/**
 * Parses the configuration that nixlbench prints before the table, by the name of the flag: `backend`, `op_type`, … The
 * list of choices in a line may contain colons, so a line is split after the parenthesis that closes the flag.
 */
export function parseNixlbenchConfig(lines: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of lines) {
    const match =
      line.length <= LONGEST_LINE ? /\(--([a-z_]{1,60})=[^)]{0,300}\)\s{0,60}:\s{0,60}(\S.*)/.exec(line) : null;
    if (match?.[1] && match[2]) found[match[1]] = match[2].trim();
  }
  return found;
}

/** Lists options whose printed value differs from the test; empty when nixlbench printed no configuration. */
export function differingOptions(test: NixlbenchSpec, lines: readonly string[]): string[] {
  const config = parseNixlbenchConfig(lines);
  const wanted: Readonly<Record<string, string>> = {
    backend: test.backend,
    op_type: test.opType,
    initiator_seg_type: test.initiatorSegType,
    target_seg_type: test.targetSegType,
    scheme: test.scheme,
    mode: test.mode,
    num_threads: String(test.numThreads),
    // nixlbench decorates some values that are texts.
    ...Object.fromEntries(
      Object.entries(test.options ?? {})
        .filter(([, value]) => typeof value !== 'string')
        .map(([name, value]) => [name, optionText(value)]),
    ),
  };
  return Object.entries(wanted).flatMap(([option, value]) => {
    const printed = config[option];
    return printed === undefined || printed === value ? [] : [`${option} is ${printed}, not ${value}`];
  });
}
