import { z } from 'zod';
import { schemasOf, unknownWord } from '../schema/schema.js';
import { contradictoryFields, type FieldProblem } from '../schema/test-fields.js';
import { TOOLS, type TransportTestSpec, toolOf } from '../tools/registry.js';

export type { TransportTestSpec };

/** Schema of the transport tests, the key `tests` of a suite spec. */

/** Schema of one test. `tool` determines its further options. */
export const transportTest = z
  .discriminatedUnion('tool', schemasOf(TOOLS), {
    error: (issue) =>
      unknownWord(
        'tool',
        (issue.input as { tool?: unknown } | undefined)?.tool,
        TOOLS.map(({ name }) => name),
      ),
  })
  .superRefine((test, context) => {
    for (const { path, message } of contradictions(test)) context.addIssue({ code: 'custom', path: [path], message });
  });

/** Finds valid options of a test that contradict each other. */
export function contradictions(test: TransportTestSpec): FieldProblem[] {
  return [...contradictoryFields(test), ...toolOf(test).contradictions(test)];
}

/** Returns the extent that a test's figure covers. */
export function scopeOf(test: TransportTestSpec) {
  return toolOf(test).scope(test);
}

/** Returns the number of cards of each rank that a test can use. */
export function usableNics(test: TransportTestSpec, given: number): number {
  return toolOf(test).usableNics(test, given);
}
