import { createHash } from 'node:crypto';
import { canonicalJson } from '../suite/canonical-json.js';
import type { Pair } from '../suite/cluster-facts.js';
import type { Judgement } from '../suite/judge.js';
import { type AttemptRecord, type CellRecord, RECORD_VERSION, type SuiteRecord } from '../suite/record.js';
import { reportMarkdown } from '../suite/report.js';
import type { Run } from '../suite/run.js';
import type { TransportTestSpec } from '../suite/transport-tests.js';
import type { ActivityContext } from './context.js';
import type { PodSettings } from './rank-pod.js';

/** All that defines a cell. Two cells with the same definition measure the same thing. */
export interface CellDefinition {
  readonly test: TransportTestSpec;
  readonly settings: PodSettings;
  readonly pair: Pair;
  readonly repetition: number;
  /** Digests of the image as the two nodes have it. */
  readonly imageIds: readonly string[];
  readonly fabric: unknown;
}

/** What the workflow needs to know of a recorded cell; the rest is in the store. */
export interface CellSummary {
  readonly key: string;
  readonly repetition: number;
  readonly verdict: Judgement['verdict'];
  readonly measurement?: Judgement['measurement'];
  readonly ceiling?: Judgement['ceiling'];
  readonly failure?: Judgement['failure'];
  readonly takenOver: boolean;
}

/** A run's record before the recorded cells are read into it. */
export type ReportInput = Omit<SuiteRecord, 'version' | 'endedAt' | 'tests'> & {
  readonly tests: readonly (Omit<SuiteRecord['tests'][number], 'cells'> & { readonly cellKeys: readonly string[] })[];
};

export function recordActivities(context: ActivityContext) {
  return {
    /**
     * The cell if it is already recorded for this workflow id: then nothing of it runs again. A cell that failed for
     * another reason than its figure is measured again.
     */
    async findCell(input: { run: Run; cell: CellDefinition }): Promise<CellSummary | undefined> {
      const { run, cell } = input;
      const found = await context.store.findCell(run.workflowId, cell.test.name, cell.repetition, cellKey(cell));
      return found && !found.failure ? summary(found, true) : undefined;
    },

    /** Records a cell. From here on it is done, whatever happens to the run. */
    async recordCell(input: {
      run: Run;
      cell: CellDefinition;
      judgement: Judgement;
      attempts: readonly AttemptRecord[];
    }): Promise<CellSummary> {
      const { run, cell, judgement, attempts } = input;
      const record: CellRecord = {
        ...judgement,
        version: RECORD_VERSION,
        key: cellKey(cell),
        test: cell.test.name,
        repetition: cell.repetition,
        pair: cell.pair,
        attempts,
        recordedAt: new Date().toISOString(),
        measuredBy: { workflowId: run.workflowId, runId: run.runId },
      };
      await context.store.saveCell(run.workflowId, record);
      return summary(record, false);
    },

    /** Writes `record.json` and `report.md` from what is recorded, and returns where they are. */
    async writeReport(input: { run: Run; record: ReportInput }): Promise<{ folder: string }> {
      const { run, record } = input;
      const tests = await Promise.all(
        record.tests.map(async ({ cellKeys, ...test }) => {
          const cells = await context.store.cellsOf(run.workflowId, test.name);
          return { ...test, cells: cells.filter(({ key }) => cellKeys.includes(key)) };
        }),
      );
      const complete: SuiteRecord = { version: RECORD_VERSION, ...record, endedAt: new Date().toISOString(), tests };
      return { folder: await context.store.saveRun(complete, { 'report.md': reportMarkdown(complete) }) };
    },
  };
}

/** SHA-256 of a cell's definition in canonical JSON. */
export function cellKey(cell: CellDefinition): string {
  return createHash('sha256').update(canonicalJson(cell)).digest('hex');
}

function summary(record: CellRecord, takenOver: boolean): CellSummary {
  const { key, repetition, verdict, measurement, ceiling, failure } = record;
  return {
    key,
    repetition,
    verdict,
    takenOver,
    ...(measurement ? { measurement } : {}),
    ...(ceiling ? { ceiling } : {}),
    ...(failure ? { failure: failure as Judgement['failure'] } : {}),
  } as CellSummary;
}
