import { log } from '@temporalio/activity';
import { linkCellsBeforeReset } from '../../results/records/run-cells.js';
import { countCellsOfRun, verdictsOfRun } from '../../results/records/run-verdicts.js';
import { endRun, findStartedRun, putStartedRun } from '../../results/records/runs.js';
import { RECORD_VERSION, type RunHead, type StartedRun } from '../../suite/record/record.js';
import type { Run } from '../../suite/run/run.js';
import { redactJson } from '../../suite/secrets/redact.js';
import type { ActivityContext } from '../context/context.js';
import { type LearnedTimes, learnTimes } from './learned-times.js';
import { writeReports } from './report-files.js';
import { type EndedHead, endedHead, type RunEnd, type RunStart, startedHead, testsWithoutCells } from './run-head.js';

/** Record of a run that has ended, without its cells; from an earlier version of the suite's workflow. */
type FormerEnd = Omit<RunHead, 'version' | 'endedAt'>;

/** Input of an activity that records the end of a run. `start` is set when the start may not be recorded. */
interface EndInput {
  readonly run: Run;
  readonly end: RunEnd;
  readonly start?: RunStart;
}

export function runRecordActivities(context: ActivityContext) {
  const { store } = context;
  return {
    /**
     * Stores the initial record of a run, before its first cell.
     *
     * @returns the id of the store, to which it binds the run, and the times of cells in earlier runs for the forecast
     */
    async recordStart(
      input: { run: Run } & ({ start: RunStart } | { record: StartedRun }),
    ): Promise<{ store: string; times: LearnedTimes }> {
      const record = 'record' in input ? input.record : startedHead(input.run, input.start);
      const times = await learnTimes(store, record).catch((error: unknown): LearnedTimes => {
        log.warn('cannot read the times of earlier runs', { error });
        return {};
      });
      await putStart(record);
      return { store: await store.id(), times };
    },

    /**
     * Stores the end of a run.
     *
     * @returns the suite, the verdict and its reasons, after a check that the store has all cells of the run
     */
    recordEnd,

    /**
     * Writes `record.json` and the reports of an ended run, and returns their folder.
     *
     * @param input.end the end, from a run of an earlier version, which did not record it
     */
    async writeReport(input: { run: Run } & Partial<EndInput> & { record?: FormerEnd }): Promise<{ folder: string }> {
      const { run, end, start, record } = input;
      if (record) await store.write((transaction) => endRun(transaction, ended(record)));
      if (end) await recordEnd({ run, end, ...(start ? { start } : {}) });
      return { folder: await writeReports(store, run) };
    },
  };

  async function recordEnd({ run, end, start }: EndInput): Promise<Pick<EndedHead, 'suite' | 'verdict' | 'reasons'>> {
    if (start) await putStart(startedHead(run, start));
    const started = await store.use((kysely) => findStartedRun(kysely, run.workflowId));
    if (!started) throw new Error(`the start of run ${run.workflowId} is not recorded`);
    const absent = testsWithoutCells(started, end, await store.use((kysely) => countCellsOfRun(kysely, run)));
    if (absent.length > 0) await store.write((transaction) => linkCellsBeforeReset(transaction, run, absent));
    const [counts, verdicts] = await store.use((kysely) =>
      Promise.all([countCellsOfRun(kysely, run), verdictsOfRun(kysely, run)]),
    );
    const head = endedHead({ ...started, runId: run.runId }, end, { counts, verdicts });
    await store.write((transaction) => endRun(transaction, ended(head)));
    const { suite, verdict, reasons } = head;
    return { suite, verdict, reasons };
  }

  async function putStart(record: StartedRun): Promise<void> {
    const namespace = await context.runs.namespaceId();
    await store.write((transaction) => putStartedRun(transaction, redactJson(record), namespace));
  }
}

function ended(head: FormerEnd): RunHead {
  return redactJson({ ...head, version: RECORD_VERSION, endedAt: new Date().toISOString() });
}
