import { readNamedRun } from '../../results/records/run-names.js';
import { endRun, putStartedRun } from '../../results/records/runs.js';
import { RECORD_VERSION, type RunHead, type StartedRun } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import type { ActivityContext } from '../context/context.js';
import { writeReports } from './report-files.js';

/** Record of a run that has ended, without its cells, which are in the store. */
export type ReportInput = Omit<RunHead, 'version' | 'endedAt'>;

export function runRecordActivities(context: ActivityContext) {
  const { store } = context;
  return {
    /** Stores the initial record of a run, before its first cell: the spec and the facts of set-up. */
    async recordStart(input: { run: Run; record: StartedRun }): Promise<void> {
      const namespace = await context.runs.namespaceId();
      await store.write((transaction) => putStartedRun(transaction, input.record, namespace));
    },

    /** Stores the end of a run, writes `record.json` and the reports, and returns their folder. */
    async writeReport({ run, record }: { run: Run; record: ReportInput }): Promise<{ folder: string }> {
      const head: RunHead = { version: RECORD_VERSION, ...record, endedAt: new Date().toISOString() };
      await store.write((transaction) => endRun(transaction, head));
      const { record: whole } = await store.use((kysely) => readNamedRun(kysely, `${run.workflowId}@${run.runId}`));
      await store.writeRun(whole, {});
      return { folder: await writeReports(store, run) };
    },
  };
}
