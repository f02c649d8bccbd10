import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { ReportInput } from '../../activities/report/write-report.js';
import type { Run } from '../../suite/run/run.js';

type WithKeys<Test> = Test & { readonly cellKeys: readonly string[] };

/** What a run reports, with the keys of the cells that the store would say it has. */
export type Reported = Omit<ReportInput, 'tests' | 'dynamo'> & {
  readonly tests: readonly WithKeys<ReportInput['tests'][number]>[];
  readonly dynamo?: Omit<NonNullable<ReportInput['dynamo']>, 'tests'> & {
    readonly tests: readonly WithKeys<NonNullable<ReportInput['dynamo']>['tests'][number]>[];
  };
};

/** Which cells runs have, as the store says it. */
export class RunMembers {
  readonly #tests = new Map<string, Map<string, string>>();

  add({ runId }: Run, { key, test }: Pick<CellSummary, 'key' | 'test'>): void {
    this.#of(runId).set(key, test);
  }

  reported({ runId }: Run, { dynamo, ...record }: ReportInput): Reported {
    const cells = [...this.#of(runId)];
    const withKeys = <Test extends { readonly name: string }>(test: Test) => ({
      ...test,
      cellKeys: cells.filter(([, name]) => name === test.name).map(([key]) => key),
    });
    return {
      ...record,
      tests: record.tests.map(withKeys),
      ...(dynamo ? { dynamo: { ...dynamo, tests: dynamo.tests.map(withKeys) } } : {}),
    };
  }

  #of(runId: string): Map<string, string> {
    const tests = this.#tests.get(runId) ?? new Map<string, string>();
    this.#tests.set(runId, tests);
    return tests;
  }
}
