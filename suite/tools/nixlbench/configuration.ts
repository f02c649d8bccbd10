import type { NixlbenchSpec } from './spec.js';

/** A line of the configuration that is longer holds something else. */
const LONGEST_LINE = 400;

/**
 * The configuration that nixlbench itself prints before the table, by the name of the flag: `backend`, `op_type`, … The
 * list of choices in a line may hold colons, so a line is divided behind the parenthesis that closes the flag.
 */
export function parseNixlbenchConfig(lines: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of lines) {
    const match = line.length <= LONGEST_LINE ? /\(--([a-z_]+)=[^)]*\)\s*:\s*(\S.*)$/.exec(line) : null;
    if (match?.[1] && match[2]) found[match[1]] = match[2].trim();
  }
  return found;
}

/** Options in which the tool's own account of its configuration differs from the test; empty when it gave none. */
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
  };
  return Object.entries(wanted).flatMap(([option, value]) => {
    const printed = config[option];
    return printed === undefined || printed === value ? [] : [`${option} is ${printed}, not ${value}`];
  });
}
