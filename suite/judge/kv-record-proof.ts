import type { LoadResult } from '../aiperf/load-result.js';
import type { KvTransfer } from '../record/inference-record.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import { formatShortPercent } from '../units/percent.js';
import { formatBytes } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import type { InferenceCircumstances } from './inference-evidence.js';
import { movedBytes, type NicMovement } from './nic-movement.js';

/** Compares the KV bytes that engine, NIXL and NICs counted. */

/** Share of the first counter's bytes by which NIXL may differ, and which the NICs may lack. */
const TOLERANCE = 0.02;

/** Bytes that the NICs of idle workers move during a load. */
const OTHER_TRAFFIC_BYTES = 2 ** 20;

/**
 * Largest share of the bytes that the headers of their packets add, which most NICs count: 66 bytes of Ethernet, IP and TCP on
 * 1448 bytes (4.6 %), 58 bytes of Ethernet, IP, UDP and InfiniBand on the 1024 bytes of RoCE with an MTU of 1500 (5.7 %).
 */
const HEADERS_SHARE = 0.06;

/** Traffic of a request on the interface of a worker: the tokens of its prompt, the events of its answer, and messages. */
const TRAFFIC = { bytesPerInputToken: 16, bytesPerOutputToken: 1024, bytesPerRequest: 64 * 2 ** 10 } as const;

/** Bytes of the KV transfers by one source. */
interface Counted {
  readonly by: string;
  readonly bytes: number;
}

/**
 * Returns the reason when the sources differ from the engine, or from NIXL when the engine has no record. NIXL counts the same
 * transfers. NICs that moved less contradict; NICs that moved more do so by more than headers, other traffic and, on an
 * ordinary interface, the requests explain. Ignores the counters of NICs that need not carry the KV cache: the path is then
 * unproven.
 */
export function compareSources(
  test: InferenceSpec,
  load: LoadResult,
  { requests, predictedBytes, engine, nixlBytes }: KvTransfer,
  nics: NicMovement,
  { engine: title, fabricDevices }: InferenceCircumstances,
): Reason[] {
  const [first, second] = [...counted(title, engine?.bytes), ...counted('NIXL', nixlBytes)];
  if (!first) return [];
  const isUnproven = fabricDevices !== undefined && nics.isInterface;
  const [moved] = isUnproven ? [] : counted('the NICs', movedBytes(nics));
  const requestTraffic = nics.isInterface ? requests * trafficOfRequest(test, load) : 0;
  const explained = OTHER_TRAFFIC_BYTES + first.bytes * HEADERS_SHARE + requestTraffic;
  const differences = [
    ...(second ? differenceOf(first, second, first.bytes * TOLERANCE) : []),
    ...(moved ? differenceOf(first, moved, explained) : []),
  ];
  if (differences.length === 0) return [];
  const sources = [
    `${first.by} counted ${formatBytes(first.bytes)} of KV transfers`,
    ...(second ? [`${second.by} ${formatBytes(second.bytes)}`] : []),
    ...(moved ? [`${moved.by} moved ${formatBytes(moved.bytes)}`] : []),
    ...(predictedBytes === undefined ? [] : [`predicted ${formatBytes(predictedBytes)}`]),
  ];
  return [{ code: 'metric-disagrees', message: `${sources.join(', ')}: ${differences.join('; ')}` }];
}

function counted(by: string, bytes: number | undefined): Counted[] {
  return bytes === undefined ? [] : [{ by, bytes }];
}

/** Returns the difference of another source as text in a list; an empty list when it needs no explanation. */
function differenceOf(first: Counted, other: Counted, explainedExcess: number): string[] {
  const excess = other.bytes - first.bytes;
  if (excess >= -first.bytes * TOLERANCE && excess <= explainedExcess) return [];
  const share = first.bytes > 0 ? `, ${formatShortPercent(Math.abs(excess) / first.bytes)}` : '';
  return [`${other.by} ${formatBytes(Math.abs(excess))} ${excess < 0 ? 'less' : 'more'} than ${first.by}${share}`];
}

function trafficOfRequest({ inputTokens, outputTokens }: InferenceSpec, load: LoadResult): number {
  const { bytesPerInputToken, bytesPerOutputToken, bytesPerRequest } = TRAFFIC;
  return (
    bytesPerRequest +
    bytesPerInputToken * (load.inputTokens ?? inputTokens) +
    bytesPerOutputToken * (load.outputTokens ?? outputTokens)
  );
}
