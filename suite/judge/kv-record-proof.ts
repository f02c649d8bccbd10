import type { LoadResult } from '../aiperf/load-result.js';
import type { KvTransfer } from '../record/inference-record.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import { formatShortPercent } from '../units/percent.js';
import { formatBytes } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import type { InferenceCircumstances } from './inference-evidence.js';
import { movedBytes, type NicMovement } from './nic-movement.js';

/** Compares the bytes that the engine counted with those that the NICs moved. */

/** Share of the engine's bytes that the NICs may lack. */
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

/**
 * Returns the reason when the bytes of the engine and of the NICs differ. NICs that moved less contradict the engine. NICs that moved more do so by more
 * than headers, other traffic and, on an ordinary interface, the requests explain. Empty without counters of the NICs that must
 * carry the KV cache: the path is then unproven.
 */
export function compareWithNics(
  test: InferenceSpec,
  load: LoadResult,
  { requests, predictedBytes, bytes }: Pick<KvTransfer, 'requests' | 'predictedBytes'> & { readonly bytes: number },
  nics: NicMovement,
  { engine, fabricDevices }: InferenceCircumstances,
): Reason[] {
  const moved = movedBytes(nics);
  if (moved === undefined || (fabricDevices !== undefined && nics.isInterface)) return [];
  const excess = moved - bytes;
  const requestTraffic = nics.isInterface ? requests * trafficOfRequest(test, load) : 0;
  const explained = OTHER_TRAFFIC_BYTES + bytes * HEADERS_SHARE + requestTraffic;
  if (excess >= -bytes * TOLERANCE && excess <= explained) return [];
  const difference = bytes > 0 ? `, ${formatShortPercent(Math.abs(excess) / bytes)}` : '';
  const predicted = predictedBytes === undefined ? '' : `, predicted ${formatBytes(predictedBytes)}`;
  const message = `${engine} counted ${formatBytes(bytes)} of KV transfers and the NICs moved ${formatBytes(moved)}${predicted}: ${formatBytes(Math.abs(excess))} ${excess < 0 ? 'less' : 'more'}${difference}`;
  return [{ code: 'metric-disagrees', message }];
}

function trafficOfRequest({ inputTokens, outputTokens }: InferenceSpec, load: LoadResult): number {
  const { bytesPerInputToken, bytesPerOutputToken, bytesPerRequest } = TRAFFIC;
  return (
    bytesPerRequest +
    bytesPerInputToken * (load.inputTokens ?? inputTokens) +
    bytesPerOutputToken * (load.outputTokens ?? outputTokens)
  );
}
