import type { LoadResult } from '../aiperf/load-result.js';
import { isAboveCeiling } from '../hardware/fabric.js';
import type { KvTransfer } from '../record/inference-record.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import { formatBytes, formatDuration, formatRate } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import { expectedKvBytes, requestsWithTransfer } from './expected-kv.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';
import { compareSources } from './kv-record-proof.js';
import type { NicMovement } from './nic-movement.js';
import { completedTransfers, failuresOfTransfers, nixlBytes } from './transfer-growth.js';

/** Judges what the engine and NIXL counted of the KV transfers. */

/** Largest difference between predicted and counted bytes that needs no explanation, as a share. */
const PREDICTION_TOLERANCE = 0.02;

export interface KvRecordJudgement {
  readonly reasons: readonly Reason[];
  readonly kvTransfer: KvTransfer;
}

/**
 * Compares the engine's record with NIXL's counters, with the NIC counters, with the limit of the NICs, and with the predicted
 * bytes. Undefined for an engine or a topology without KV transfer.
 */
export function judgeKvRecord(
  test: InferenceSpec,
  load: LoadResult,
  evidence: Pick<LoadEvidence, 'before' | 'after'>,
  nics: NicMovement,
  circumstances: InferenceCircumstances,
): KvRecordJudgement | undefined {
  const { simulated, recordedBy, nixlTelemetry } = circumstances;
  if (simulated || test.topology === 'aggregated') return undefined;
  const requests = requestsWithTransfer(test, load);
  const predictedBytes = expectedKvBytes(test, load, circumstances);
  const found = recordedBy && completedTransfers(evidence, recordedBy);
  const engine = found && 'bytes' in found ? found : undefined;
  const nixl = nixlTelemetry ? nixlBytes(evidence) : undefined;
  const failures = failuresOfTransfers(evidence);
  const kvTransfer: KvTransfer = {
    requests,
    ...(predictedBytes === undefined ? {} : { predictedBytes }),
    ...(engine ? { engine } : {}),
    ...(nixl && 'bytes' in nixl ? { nixlBytes: nixl.bytes } : {}),
    ...(Object.keys(failures).length > 0 ? { failures } : {}),
    ...(nics.received === undefined ? {} : { nicReceived: nics.received }),
    ...(nics.sent === undefined ? {} : { nicSent: nics.sent }),
  };
  const reasons = [
    ...failureReasons(failures),
    ...(found && 'unread' in found ? [unread(circumstances.engine, found.unread)] : []),
    ...(nixl && 'unread' in nixl ? [unread('NIXL', nixl.unread)] : []),
    ...compareSources(test, load, kvTransfer, nics, circumstances),
    ...(engine
      ? [...ceilingReasons(engine, circumstances), ...predictionReasons(engine, predictedBytes, circumstances)]
      : []),
  ];
  return { reasons, kvTransfer };
}

function unread(by: string, why: string): Reason {
  return { code: 'kv-record-unread', message: `the record of ${by} about its KV transfers is unknown: ${why}` };
}

function failureReasons({
  failedTransfers = 0,
  failedNotifications = 0,
  expiredRequests = 0,
}: NonNullable<KvTransfer['failures']>): Reason[] {
  const failed: Reason = {
    code: 'kv-transfer-failed',
    message: `the engine counted ${failedTransfers} failed KV transfers`,
  };
  const expired: Reason = {
    code: 'kv-expired',
    message: `the engine counted ${expiredRequests} requests whose KV cache the prefill worker released before it was read, and ${failedNotifications} messages about a transfer that did not arrive`,
  };
  return [...(failedTransfers > 0 ? [failed] : []), ...(expiredRequests + failedNotifications > 0 ? [expired] : [])];
}

/** Checks that the mean rate of a transfer is possible. Transfers at the same time share the NICs, which lowers it. */
function ceilingReasons(
  { bytes, seconds }: NonNullable<KvTransfer['engine']>,
  { engine, ceiling }: InferenceCircumstances,
): Reason[] {
  if (!ceiling || bytes === 0 || !isAboveCeiling({ bytesPerSecond: bytes / seconds }, ceiling)) return [];
  const rate = seconds > 0 ? `, ${formatRate(bytes / seconds)}` : '';
  const message = `${engine} counted ${formatBytes(bytes)} of KV transfers in ${formatDuration(seconds)}${rate}: above the ceiling of the NICs (${formatRate(ceiling.bytesPerSecond)}, ${ceiling.explanation}); its times are not used`;
  return [{ code: 'metric-impossible', message }];
}

function predictionReasons(
  { bytes }: NonNullable<KvTransfer['engine']>,
  predicted: number | undefined,
  { engine }: InferenceCircumstances,
): Reason[] {
  if (predicted === undefined || Math.abs(bytes - predicted) <= predicted * PREDICTION_TOLERANCE) return [];
  const message = `${engine} counted ${formatBytes(bytes)} of KV transfers, predicted ${formatBytes(predicted)}: prefix caching, prompts of different lengths, another data type of the KV cache or another block size can be the cause`;
  return [{ code: 'kv-bytes-differ', message }];
}
