import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { testOfMetric } from './detailed-tests.js';
import type { Report } from './report.js';

/**
 * Keeps only these transport tests of a report, and leaves the inference tests out. The verdict stays that of the whole run.
 *
 * @param names names of tests; the name of a test with a matrix selects all its variants
 * @throws {SuiteFailure} `NotFound` when the run has no such test, with a suggestion
 */
export function selectTests(
  { record, comparison }: Pick<Report, 'record' | 'comparison'>,
  names: readonly string[],
): Pick<Report, 'record' | 'comparison' | 'selection'> {
  const known = record.tests.map(({ name }) => name);
  const selected = new Set(names.flatMap((name) => testsNamed(name, known, record.workflowId)));
  const { dynamo: _, ...rest } = record;
  return {
    record: { ...rest, tests: record.tests.filter(({ name }) => selected.has(name)) },
    ...(comparison
      ? {
          comparison: {
            ...comparison,
            metrics: comparison.metrics.filter(({ metric }) => selected.has(testOfMetric(metric))),
          },
        }
      : {}),
    selection: { tests: selected.size, of: known.length },
  };
}

function testsNamed(name: string, known: readonly string[], workflowId: string): string[] {
  const found = known.filter((test) => test === name || (test.startsWith(`${name}-v`) && /-v\d+$/.test(test)));
  if (found.length > 0) return found;
  throw new SuiteFailure(
    'NotFound',
    `run ${workflowId} has no transport test "${name}"${known.length > 0 ? didYouMean(name, known) : ''}`,
    { hint: 'Use the name of a transport test, or of one variant of its matrix' },
  );
}
