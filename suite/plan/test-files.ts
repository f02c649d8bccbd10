import { variantsOf } from '../spec/matrix.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { toolOf } from '../tools/registry.js';

/** Returns the files that the ranks of tests need, by name: those of every variant. The run object contains them. */
export function filesOfTests(tests: readonly TransportTestSpec[]): Record<string, string> {
  return Object.fromEntries(tests.flatMap(variantsOf).flatMap(({ test }) => Object.entries(toolOf(test).files(test))));
}
