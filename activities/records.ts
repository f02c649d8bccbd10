import { createHash } from 'node:crypto';
import type { Pair } from '../suite/cluster-facts.js';
import type { Judgement } from '../suite/judge.js';
import type { Measurement } from '../suite/measurement.js';
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
  readonly measurement?: Pick<Measurement, 'metric' | 'value'>;
  readonly failure?: Judgement['failure'];
  readonly takenOver: boolean;
}

/** A cell as the store knows it: what there is to take over, and how many attempts there have been. */
export interface RecordedCell {
  readonly cell?: CellSummary;
  readonly attempts: number;
}

/** A run's record before the recorded cells are read into it. */
export type ReportInput = Omit<SuiteRecord, 'version' | 'endedAt' | 'tests'> & {
  readonly tests: readonly (Omit<SuiteRecord['tests'][number], 'cells'> & { readonly cellKeys: readonly string[] })[];
};

export function recordActivities(context: ActivityContext) {
  return {
    /**
     * What is recorded of a cell. A cell that is recorded whole is never run again; one that failed for another reason
     * than its figure is, with attempts numbered on.
     *
     * @param input.resumeFrom workflow id of an earlier suite run whose cells count too: one that matches is copied,
     *   evidence and all
     */
    async findCell(input: { run: Run; cell: CellDefinition; resumeFrom?: string | undefined }): Promise<RecordedCell> {
      const { run, cell, resumeFrom } = input;
      const key = cellKey(cell);
      const { name } = cell.test;
      const own = await context.store.findCell(run.workflowId, name, cell.repetition, key);
      if (own && !own.failure) return { cell: summary(own, true), attempts: own.attempts.length };
      const earlier = resumeFrom && (await context.store.findCell(resumeFrom, name, cell.repetition, key));
      if (earlier && !earlier.failure) {
        await context.store.adoptCell(resumeFrom, run.workflowId, earlier);
        return { cell: summary(earlier, true), attempts: earlier.attempts.length };
      }
      return { attempts: own?.attempts.length ?? 0 };
    },

    /** Records a cell, after the attempts that are recorded of it. From here on it is done, whatever happens. */
    async recordCell(input: {
      run: Run;
      cell: CellDefinition;
      judgement: Judgement;
      attempts: readonly AttemptRecord[];
    }): Promise<CellSummary> {
      const { run, cell, judgement, attempts } = input;
      const key = cellKey(cell);
      const before = await context.store.findCell(run.workflowId, cell.test.name, cell.repetition, key);
      const groups = new Set(attempts.map(({ group }) => group));
      const record: CellRecord = {
        ...judgement,
        version: RECORD_VERSION,
        key,
        test: cell.test.name,
        repetition: cell.repetition,
        pair: cell.pair,
        attempts: [...(before?.attempts.filter(({ group }) => !groups.has(group)) ?? []), ...attempts],
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
      return { folder: await context.store.saveRun(complete, reportMarkdown(complete)) };
    },
  };
}

/**
 * SHA-256 of a cell's definition in canonical JSON. What only says how to treat a result (who needs it, what a document
 * claimed, how long to wait) is no part of it: a change there must not cost a measurement.
 */
export function cellKey(cell: CellDefinition): string {
  const { required: _, claimed: __, onFailure: ___, timeout: ____, repetitions: _____, ...test } = cell.test;
  return createHash('sha256')
    .update(canonicalJson({ ...cell, test }))
    .digest('hex');
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function summary(record: CellRecord, takenOver: boolean): CellSummary {
  const { key, repetition, verdict, measurement, failure } = record;
  return {
    key,
    repetition,
    verdict,
    takenOver,
    ...(measurement ? { measurement: { metric: measurement.metric, value: measurement.value } } : {}),
    ...(failure ? { failure: failure as Judgement['failure'] } : {}),
  } as CellSummary;
}
