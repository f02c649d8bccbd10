import { damagedExport, parseAiperf } from '../aiperf/aiperf.js';
import { readLoadLog } from '../aiperf/load-log.js';
import type { LoadResult } from '../aiperf/load-result.js';
import { explainNoResult } from '../aiperf/no-result.js';
import type { KvTransfer } from '../record/inference-record.js';
import type { InferenceSpec, LoadPoint } from '../spec/inference-tests.js';
import { formatDuration } from '../units/units.js';
import type { FailureRecord } from '../verdict/failure.js';
import { REASONS, type ReasonEffect } from '../verdict/reasons.js';
import type { Reason, Verdict } from '../verdict/verdict.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';
import { unmeasured } from './judgement.js';
import { backendReasons, transferReason } from './kv-path-proof.js';
import { judgeKvRecord } from './kv-record.js';
import { countReasons, doubtReasons, limitReasons, restartReasons } from './load-checks.js';
import { cutReasons } from './log-cut.js';
import { missingReasons } from './missing-metrics.js';
import { nicMovement } from './nic-movement.js';
import { workerEvents } from './worker-events.js';

/** Exports of AIPerf in the log of the load pod. */
const JSON_EXPORT = 'profile_export_aiperf.json';
const CSV_EXPORT = 'profile_export_aiperf.csv';

export interface InferenceJudgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly load?: LoadResult;
  /** Absent for an engine or a topology without KV transfer. */
  readonly kvTransfer?: KvTransfer;
  readonly failure?: FailureRecord;
}

/**
 * Judges one load. HTTP 200 and exit code 0 are not sufficient: AIPerf exits with 0 when one request succeeded, and its
 * latencies cover successful requests only.
 */
export function judgeInference(
  test: InferenceSpec,
  point: LoadPoint,
  evidence: LoadEvidence,
  circumstances: InferenceCircumstances,
): InferenceJudgement {
  const log = readLoadLog(evidence.log);
  const exported = log.files.get(JSON_EXPORT);
  const parsed = exported === undefined ? undefined : parseAiperf(exported, log.files.get(CSV_EXPORT));
  if (!parsed || 'failure' in parsed) return unmeasured(explainNoResult(log, evidence, parsed?.failure));
  const damaged = log.damaged.filter((name) => name === JSON_EXPORT || name === CSV_EXPORT);
  if (damaged.length > 0) return unmeasured(damagedExport(damaged));
  const { result: load, missing } = parsed;
  if (evidence.deleted && !load.complete) return unmeasured(explainNoResult(log, evidence));
  const nics = nicMovement(evidence);
  const record = judgeKvRecord(test, load, evidence, nics, circumstances);
  const transfer = transferReason(test, load, nics, circumstances);
  const reasons: Reason[] = [
    ...countReasons(test, point, load, evidence),
    ...limitReasons(test, load),
    ...restartReasons(evidence),
    ...doubtReasons(test, point, load),
    ...missingReasons(test, load, missing),
    ...cutReasons('the log of the load pod', log),
    ...circumstances.unchecked,
    ...backendReasons(test, evidence, circumstances),
    ...(record?.reasons ?? []),
    ...(transfer ? [transfer] : []),
    ...workerEvents(test, evidence, circumstances),
  ];
  const figures = { load, ...(record ? { kvTransfer: record.kvTransfer } : {}) };
  const effects = new Set<ReasonEffect>(reasons.map(({ code }) => REASONS[code].effect));
  if (effects.has('fail')) return { verdict: 'fail', reasons, ...figures };
  if (effects.has('inconclusive')) return { verdict: 'inconclusive', reasons, ...figures };
  return { verdict: 'pass', reasons: [...reasons, measured(load)], ...figures };
}

function measured(load: LoadResult): Reason {
  const { timeToFirstToken, outputTokensPerSecond } = load;
  const ttft = timeToFirstToken?.p50;
  const figures = [
    ...(ttft === undefined ? [] : [`time to first token ${formatDuration(ttft)} (median)`]),
    ...(outputTokensPerSecond === undefined ? [] : [`${outputTokensPerSecond.toFixed(1)} output tokens/s`]),
  ];
  return { code: 'measured', message: figures.join(', ') };
}
