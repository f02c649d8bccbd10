import { type LoadResult, parseAiperf } from '../aiperf/aiperf.js';
import { readLoadLog } from '../aiperf/load-log.js';
import { explainNoResult } from '../aiperf/no-result.js';
import type { InferenceSpec, LoadPoint } from '../spec/inference-tests.js';
import { formatDuration } from '../units/units.js';
import type { FailureRecord } from '../verdict/failure.js';
import type { Reason, Verdict } from '../verdict/verdict.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';
import { backendReasons, transferReason } from './kv-path-proof.js';
import { countReasons, doubtReasons, limitReasons, restartReasons } from './load-checks.js';

export interface InferenceJudgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly load?: LoadResult;
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
  const parsed = parseAiperf(log.files.get('profile_export_aiperf.json') ?? '');
  if ('failure' in parsed || (evidence.deleted && !parsed.result.complete)) {
    const failure = explainNoResult(log, evidence);
    return { verdict: 'fail', reasons: [{ code: 'failure', message: failure.message }], failure };
  }
  const { result: load } = parsed;
  const failed = [...countReasons(test, point, load, evidence), ...limitReasons(test, load)];
  const restarted = restartReasons(evidence);
  const doubts = doubtReasons(test, point, load);
  const transfer = transferReason(test, load, evidence, circumstances);
  const backends = backendReasons(test, evidence, circumstances);
  const reasons: Reason[] = [...failed, ...restarted, ...doubts, ...backends, ...(transfer ? [transfer] : [])];
  if (failed.length + restarted.length + backends.length > 0 || transfer?.code === 'no-kv-transfer') {
    return { verdict: 'fail', reasons, load };
  }
  if (doubts.length > 0 || transfer?.code === 'kv-path-unproven') return { verdict: 'inconclusive', reasons, load };
  return { verdict: 'pass', reasons: [...reasons, measured(load)], load };
}

function measured(load: LoadResult): Reason {
  const ttft = load.timeToFirstToken?.p50;
  const first = ttft === undefined ? '' : `time to first token ${formatDuration(ttft)} (median), `;
  return { code: 'measured', message: `${first}${load.outputTokensPerSecond.toFixed(1)} output tokens/s` };
}
