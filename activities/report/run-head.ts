import type { TestVerdict } from '../../results/records/run-verdicts.js';
import { predictingTest } from '../../suite/plan/predicting-test.js';
import { RECORD_VERSION, type RunHead, type SetupRecord, type StartedRun } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import { readAcceptedSpec } from '../../suite/spec/accepted-spec.js';
import { variantsOf } from '../../suite/spec/matrix.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Reason, type Verdict, worst } from '../../suite/verdict/verdict.js';

/** Facts about a run that are known before its first cell. */
export interface RunStart {
  /** ISO 8601. */
  readonly startedAt: string;
  /** The spec as the user wrote it. */
  readonly spec: unknown;
  readonly setup: SetupRecord;
}

/** End of a run. The result store has its spec, its set-up and its cells. */
export interface RunEnd {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** All tests of the spec, those of the Dynamo phase included. */
  readonly tests: readonly TestEnd[];
  readonly dynamo: Pick<NonNullable<RunHead['dynamo']>, 'platform' | 'failure' | 'kept'>;
}

/** End of one test. */
export interface TestEnd {
  readonly name: string;
  readonly verdict: Verdict;
  /** Number of cells that the test has recorded. */
  readonly cells: number;
  /** Failure that belongs to no cell. */
  readonly failure?: FailureRecord;
}

/** What the store has of a run: the number of cells, and the verdict, of each test or variant. */
export interface StoredTests {
  readonly counts: ReadonlyMap<string, number>;
  readonly verdicts: ReadonlyMap<string, TestVerdict>;
}

/** Record of an ended run without the time of its end. */
export type EndedHead = Omit<RunHead, 'endedAt' | 'reasons'> & { readonly reasons: readonly Reason[] };

/** Builds the record of a run before its first cell. */
export function startedHead({ workflowId, runId }: Run, { startedAt, spec: written, setup }: RunStart): StartedRun {
  const spec = readAcceptedSpec(written);
  const { dynamo } = spec;
  const baseline = dynamo && predictingTest(spec.tests, dynamo.transfer);
  return {
    version: RECORD_VERSION,
    suite: spec.name,
    workflowId,
    runId,
    startedAt,
    verdict: 'skipped',
    reasons: [],
    spec: written,
    setup,
    tests: spec.tests.flatMap((test) =>
      variantsOf(test).map(({ test: { name, tool, required, claimed } }) => ({
        name,
        tool,
        required,
        verdict: 'skipped' as const,
        claimed,
      })),
    ),
    ...(dynamo
      ? {
          dynamo: {
            kind: dynamo.deployWith,
            engine: dynamo.engine.kind,
            model: dynamo.model.name,
            image: dynamo.image,
            transferBackend: dynamo.transfer.backend,
            tokensPerBlock: dynamo.transfer.tokensPerBlock,
            ...(baseline === undefined ? {} : { baseline }),
            verdict: 'skipped',
            tests: dynamo.tests.map(({ name, topology, control, required, inputTokens, outputTokens }) => ({
              name,
              topology,
              ...(control === undefined ? {} : { control }),
              required,
              verdict: 'skipped' as const,
              inputTokens,
              outputTokens,
            })),
          },
        }
      : {}),
  };
}

/** Builds the record of an ended run. A test whose cells are not in the store fails: another store has them. */
export function endedHead(started: StartedRun, end: RunEnd, stored: StoredTests): EndedHead {
  const missing = missingCells(started, end, stored);
  const ends = new Map(end.tests.map((test) => [test.name, test]));
  const basesOf = basesByVariant(started);
  const endOf = <Test extends { readonly name: string }>(test: Test) => {
    const base = basesOf.get(test.name) ?? test.name;
    const whole = ends.get(base);
    const own = stored.verdicts.get(test.name);
    const isVariant = base !== test.name;
    const failure = own?.failure ?? (isVariant && own ? undefined : whole?.failure);
    const verdict = (isVariant ? own?.verdict : undefined) ?? whole?.verdict ?? 'skipped';
    return { ...test, verdict: missing.has(base) ? ('fail' as const) : verdict, ...(failure ? { failure } : {}) };
  };
  const { dynamo } = started;
  const inference =
    dynamo?.tests.map((test) => {
      // Names a deployment that remains, which the failure of a cell does not.
      const failure = ends.get(test.name)?.failure;
      return { ...endOf(test), ...(failure ? { failure } : {}) };
    }) ?? [];
  return {
    ...started,
    verdict: missing.size > 0 ? 'fail' : end.verdict,
    reasons: [...missing.values(), ...end.reasons],
    tests: started.tests.map(endOf),
    ...(dynamo
      ? {
          dynamo: {
            ...dynamo,
            ...end.dynamo,
            verdict: worst(inference.map(({ verdict }) => verdict)),
            tests: inference,
          },
        }
      : {}),
  };
}

/** Finds the tests of which the store has fewer cells than were recorded. */
function missingCells(started: StartedRun, end: RunEnd, stored: StoredTests): ReadonlyMap<string, Reason> {
  const found = countsByTest(started, stored.counts);
  const missing = end.tests.filter(({ name, cells }) => cells > (found.get(name) ?? 0));
  return new Map(
    missing.map(({ name, cells }) => [
      name,
      {
        code: 'cells-missing',
        message: `${name}: the result store has ${found.get(name) ?? 0} of ${cells} recorded cells; all workers of a task queue need the same RESULTS_DIR or RESULTS_URL`,
      },
    ]),
  );
}

/** Lists the tests and variants that have recorded cells, none of which the store has linked to the run. */
export function testsWithoutCells(started: StartedRun, end: RunEnd, counts: StoredTests['counts']): string[] {
  const found = countsByTest(started, counts);
  const absent = new Set(end.tests.filter(({ name, cells }) => cells > 0 && !found.get(name)).map(({ name }) => name));
  return [...basesByVariant(started)].flatMap(([variant, base]) => (absent.has(base) ? [variant] : []));
}

/** Adds the cells of the variants of each test. */
function countsByTest(started: StartedRun, counts: StoredTests['counts']): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [variant, base] of basesByVariant(started))
    found.set(base, (found.get(base) ?? 0) + (counts.get(variant) ?? 0));
  return found;
}

/** Returns the name of the test of every variant, and of every inference test. */
function basesByVariant({ spec, dynamo }: StartedRun): ReadonlyMap<string, string> {
  const { tests } = readAcceptedSpec(spec);
  return new Map([
    ...tests.flatMap((test) => variantsOf(test).map((variant) => [variant.test.name, test.name] as const)),
    ...(dynamo?.tests.map(({ name }) => [name, name] as const) ?? []),
  ]);
}
