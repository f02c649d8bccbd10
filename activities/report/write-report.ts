import type { DynamoRecord, LoadTestRecord } from '../../suite/record/load-record.js';
import { RECORD_VERSION, type SuiteRecord } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';
import { readLoadCell } from '../load/load-cells.js';
import { writeReports } from './report-files.js';

/** A run's record before the recorded cells are read into it. */
export type ReportInput = Omit<SuiteRecord, 'version' | 'endedAt' | 'tests' | 'dynamo'> & {
  readonly tests: readonly WithKeys<SuiteRecord['tests'][number]>[];
  readonly dynamo?: Omit<DynamoRecord, 'tests'> & { readonly tests: readonly WithKeys<LoadTestRecord>[] };
};

type WithKeys<Test> = Omit<Test, 'cells'> & { readonly cellKeys: readonly string[] };

export function writeReportActivities(context: ActivityContext) {
  return {
    /** Writes `record.json` and the reports from what is recorded, and returns where they are. */
    async writeReport(input: { run: Run; record: ReportInput }): Promise<{ folder: string }> {
      const { run, record } = input;
      const tests = await Promise.all(
        record.tests.map(async ({ cellKeys, ...test }) => {
          const cells = await context.store.cellsOf(run.workflowId, test.name);
          return { ...test, cells: cells.filter(({ key }) => cellKeys.includes(key)) };
        }),
      );
      const { dynamo, ...suite } = record;
      const complete: SuiteRecord = {
        version: RECORD_VERSION,
        ...suite,
        endedAt: new Date().toISOString(),
        tests,
        ...(dynamo ? { dynamo: await withLoadCells(run.workflowId, dynamo) } : {}),
      };
      await context.store.saveRun(complete, {});
      return { folder: await writeReports(context.store, run) };
    },
  };

  async function withLoadCells(
    workflowId: string,
    dynamo: NonNullable<ReportInput['dynamo']>,
  ): Promise<NonNullable<SuiteRecord['dynamo']>> {
    const tests = await Promise.all(
      dynamo.tests.map(async ({ cellKeys, ...test }) => {
        const cells = await Promise.all(cellKeys.map((key) => readLoadCell(context.store, workflowId, test.name, key)));
        return { ...test, cells: cells.filter((cell) => cell !== undefined) };
      }),
    );
    return { ...dynamo, tests };
  }
}
