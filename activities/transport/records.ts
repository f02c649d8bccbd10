import { createHash } from 'node:crypto';
import type { Measurement } from '../../suite/hardware/measurement.js';
import type { Judgement } from '../../suite/judge/judge.js';
import { provenanceOf } from '../../suite/record/provenance.js';
import { type AttemptRecord, type CellRecord, RECORD_VERSION, type StartedRun } from '../../suite/record/record.js';
import { canonicalJson } from '../../suite/run/canonical-json.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { formerTestKeys } from '../../suite/schema/renamed-keys.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { secondsBetween } from '../../suite/units/time.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';
import type { PodSettings } from './rank-pod.js';

const LONGEST_MESSAGE = 400;

/** All that defines a cell. Two cells with the same definition measure the same thing. */
export interface CellDefinition {
  /** The test with the values of its matrix. */
  readonly test: TransportTestSpec;
  /** These values in words. */
  readonly variant: string;
  readonly settings: PodSettings;
  readonly pair: Pair;
  readonly repetition: number;
  readonly warmUp: boolean;
  /** Digests of the image as the two nodes have it. */
  readonly imageIds: readonly string[];
  readonly fabric: unknown;
}

/** What the workflow needs to know of a recorded cell; the rest is in the store. */
export interface CellSummary {
  readonly key: string;
  /** Name of the test, with `-v<n>` of a variant. */
  readonly test: string;
  readonly repetition: number;
  readonly warmUp: boolean;
  readonly verdict: Judgement['verdict'];
  readonly measurement?: Pick<Measurement, 'metric' | 'value'>;
  readonly failure?: Judgement['failure'];
  /** Seconds that all its attempts took. */
  readonly seconds: number;
  readonly takenOver: boolean;
}

/** A cell as the store knows it: what there is to take over, and how many attempts there have been. */
export interface RecordedCell {
  readonly cell?: CellSummary;
  readonly attempts: number;
}

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
      const { store } = context;
      const key = cellKey(cell);
      const own = await store.findCell(run.workflowId, key);
      if (own && !own.failure) {
        await store.linkCellToRun(run, own);
        return { cell: summary(own, true), attempts: own.attempts.length };
      }
      const earlier = resumeFrom === undefined ? undefined : await store.findCell(resumeFrom, key);
      if (!earlier || earlier.failure) return { attempts: own?.attempts.length ?? 0 };
      await store.saveCell(run, earlier);
      return { cell: summary(earlier, true), attempts: earlier.attempts.length };
    },

    /** Records a cell, after the attempts that are recorded of it. From here on it is done, whatever happens. */
    async recordCell(input: {
      run: Run;
      cell: CellDefinition;
      seed: number;
      judgement: Judgement;
      attempts: readonly AttemptRecord[];
    }): Promise<CellSummary> {
      const { run, cell, seed, judgement, attempts } = input;
      const { test, variant, warmUp, repetition, pair } = cell;
      const key = cellKey(cell);
      const before = await context.store.findCell(run.workflowId, key);
      const groups = new Set(attempts.map(({ group }) => group));
      const started = await context.store.findStartedRun(run.workflowId);
      const ranks = attempts.at(-1)?.ranks ?? [];
      const record: CellRecord = {
        ...judgement,
        version: RECORD_VERSION,
        key,
        test: test.name,
        ...(variant ? { variant } : {}),
        repetition,
        ...(warmUp ? { warmUp } : {}),
        parameters: test,
        ...(started
          ? { provenance: provenanceOf({ specHash: hashOf(started.spec), seed, setup: started.setup, ranks }) }
          : {}),
        pair,
        attempts: [...(before?.attempts.filter(({ group }) => !groups.has(group)) ?? []), ...attempts],
        recordedAt: new Date().toISOString(),
        measuredBy: { workflowId: run.workflowId, runId: run.runId },
      };
      await context.store.saveCell(run, record);
      return summary(record, false);
    },

    /** Stores what is known before the first cell: the spec and what set-up found. */
    async recordStart(input: { run: Run; record: StartedRun }): Promise<void> {
      await context.store.startRun(input.record, await context.runs.namespaceId());
    },
  };
}

/**
 * SHA-256 of a cell's definition in canonical JSON. What only says how often it runs and how to treat the result (who
 * needs it, what a document claimed, how long to wait) is no part of it: a change there must not cost a measurement.
 */
export function cellKey({ variant: _, ...cell }: CellDefinition): string {
  const { required, onFailure, claimed, timeout, repetitions, warmupCells, adaptive, matrix, ...test } = cell.test;
  return hashOf({ ...cell, test: formerTestKeys(test) });
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function summary(record: CellRecord, takenOver: boolean): CellSummary {
  const { key, test, repetition, warmUp = false, verdict, measurement, failure, attempts } = record;
  const seconds = attempts.reduce((sum, { startedAt, endedAt }) => sum + secondsBetween(startedAt, endedAt), 0);
  return {
    key,
    test,
    repetition,
    warmUp,
    verdict,
    seconds,
    takenOver,
    ...(measurement ? { measurement: { metric: measurement.metric, value: measurement.value } } : {}),
    ...(failure ? { failure: shortened(failure as FailureRecord) } : {}),
  };
}

/** The record has the whole message; the workflow carries one for each cell. */
function shortened(failure: FailureRecord): FailureRecord {
  const { message } = failure;
  return message.length <= LONGEST_MESSAGE ? failure : { ...failure, message: `${message.slice(0, LONGEST_MESSAGE)}…` };
}
