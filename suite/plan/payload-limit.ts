import type { SuiteSpec } from '../spec/spec.js';
import { formatBytes } from '../units/units.js';
import { filesOfTests } from './test-files.js';

/**
 * Maximum JSON size of a spec, in bytes. Temporal takes at most 2 MiB in one payload, and the first record of a run
 * contains the spec as written, with the facts of the nodes and an entry for every variant.
 */
const MAX_INPUT_BYTES = 2 ** 20;

/** Maximum JSON size of a spec with every default, in bytes. Every workflow run of the suite holds it in memory. */
const MAX_SPEC_BYTES = 1.5 * 2 ** 20;

/**
 * Maximum JSON size of the files of all tests, in bytes: one payload and one ConfigMap contain them. Kubernetes takes at
 * most 1 MiB in a ConfigMap; no payload of a suite is larger than 256 kB.
 */
const MAX_FILES_BYTES = 256_000;

/** Says why a spec as written is too large for Temporal; undefined when it is not. */
export function tooLargeInput(input: unknown): string | undefined {
  return tooLarge(input, MAX_INPUT_BYTES, 'its JSON has');
}

/** Says why a spec with every default is too large for Temporal; undefined when it is not. */
export function tooLargeSpec(spec: SuiteSpec): string | undefined {
  return tooLarge(spec, MAX_SPEC_BYTES, 'their JSON with every default has');
}

/** Says why the files of the tests are too large for one payload; undefined when they are not. */
export function tooLargeFiles({ tests }: Pick<SuiteSpec, 'tests'>): string | undefined {
  return tooLarge(filesOfTests(tests), MAX_FILES_BYTES, 'the files of their ranks have');
}

function tooLarge(value: unknown, most: number, what: string): string | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (bytes <= most) return undefined;
  return `${what} ${formatBytes(bytes)}, and a suite can have at most ${formatBytes(most)}; use a matrix instead of similar tests, or split the suite`;
}
