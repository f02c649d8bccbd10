import type { CellRecord } from '../../results/records/any-cell.js';
import { isInferenceCell } from '../../results/records/any-cell.js';
import type { CellJudgement } from '../../suite/judge/judgement.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import type { Verdict } from '../../suite/verdict/verdict.js';

const LONGEST_MESSAGE = 400;

/** The part of a recorded cell that a workflow needs. The store has the whole cell. */
export interface CellSummary {
  readonly key: string;
  /** Name of the test; for a variant with the suffix `-v<n>`. */
  readonly test: string;
  readonly repetition: number;
  readonly warmUp?: boolean;
  /** Number of concurrent requests of an inference cell. */
  readonly concurrency?: number;
  readonly verdict: Verdict;
  /** Figure in bytes per second or in seconds. For an inference cell, the median time to first token. */
  readonly measurement?: { readonly metric: 'bandwidth' | 'latency' | 'ttft'; readonly value: number };
  readonly failure?: CellJudgement['failure'];
  /** Total time of all attempts, in seconds. */
  readonly seconds: number;
  readonly takenOver: boolean;
}

/** Summarizes a recorded cell. */
export function summaryOf(cell: CellRecord, takenOver: boolean): CellSummary {
  const { key, test, repetition, warmUp, verdict, failure } = cell;
  const measurement = measurementOf(cell);
  return {
    key,
    test,
    repetition,
    ...(isInferenceCell(cell) ? { concurrency: cell.concurrency } : { warmUp: warmUp ?? false }),
    verdict,
    seconds: secondsOf(cell),
    takenOver,
    ...(measurement ? { measurement } : {}),
    ...(failure ? { failure: shortened(failure as FailureRecord) } : {}),
  };
}

function measurementOf(cell: CellRecord): CellSummary['measurement'] {
  if (!isInferenceCell(cell)) {
    const { measurement } = cell;
    return measurement && { metric: measurement.metric, value: measurement.value };
  }
  const first = cell.load?.timeToFirstToken;
  return first && { metric: 'ttft', value: first.p50 ?? first.average };
}

function secondsOf(cell: CellRecord): number {
  const spans = isInferenceCell(cell) ? [{ startedAt: cell.startedAt, endedAt: cell.recordedAt }] : cell.attempts;
  return spans.reduce((sum, { startedAt, endedAt }) => sum + (Date.parse(endedAt) - Date.parse(startedAt)) / 1000, 0);
}

/**
 * Shortens the message of a failure, because the workflow holds one for each cell. The record has the whole message.
 */
function shortened(failure: FailureRecord): FailureRecord {
  const { message } = failure;
  return message.length <= LONGEST_MESSAGE ? failure : { ...failure, message: `${message.slice(0, LONGEST_MESSAGE)}…` };
}
