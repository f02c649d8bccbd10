import type { LoadResult } from '../aiperf/load-result.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import type { Reason, ReasonCode } from '../verdict/verdict.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';

/** Proves that the KV cache took the path that the test measures. */

/**
 * Smallest share of the KV bytes that the counters must show. The first and last requests of a load may be outside of
 * the readings.
 */
const MIN_KV_SHARE = 0.5;

const NO_CONFIG =
  'set dynamo.model.config, or a dynamo.model.path whose folder in the workers has the model’s config.json';

type Evidence = Pick<LoadEvidence, 'before' | 'after'>;

/** Compares the bytes that the NICs of the decode workers moved with the KV bytes of the load. */
export function transferReason(
  test: InferenceSpec,
  load: LoadResult,
  evidence: Evidence,
  circumstances: InferenceCircumstances,
): Reason | undefined {
  const { simulated, efa, bytesPerToken, kvUnknown = NO_CONFIG } = circumstances;
  if (simulated) {
    return reason(
      'simulated-engine',
      'the simulated engine pauses for the KV transfer and sends no KV bytes; its figures do not show the performance of Dynamo',
    );
  }
  if (test.topology === 'aggregated') return undefined;
  const moved = movedBytes(evidence, efa);
  if (typeof moved === 'object') return moved;
  if (moved <= 0) {
    return reason('no-kv-transfer', 'the NIC counters of the decode pods did not change: no KV cache was transferred');
  }
  const seen = `the NICs of the decode pods moved ${mebibytes(moved)}`;
  if (bytesPerToken === undefined) {
    return reason('kv-path-unproven', `${seen}, and the KV bytes of the load are unknown: ${kvUnknown}`);
  }
  const expected = bytesPerToken * (load.inputTokens ?? test.inputTokens) * load.requests.succeeded;
  if (moved >= expected * MIN_KV_SHARE) return reason('kv-transfer-seen', `${seen} during the load`);
  const source = efa ? '' : ' (counters of the interface, without EFA devices)';
  return reason(
    efa ? 'no-kv-transfer' : 'kv-path-unproven',
    `${seen}, expected ${mebibytes(expected)} of KV cache${source}`,
  );
}

/** Returns the bytes that the NICs of all decode workers moved during the load, or the reason why they are unknown. */
function movedBytes({ before, after }: Evidence, efa: boolean): number | Reason {
  const decoders = before.filter(({ role }) => role === 'decode');
  const moved = decoders.flatMap(({ uid, nicBytes, nicSource }) => {
    const now = after.find((worker) => worker.uid === uid);
    if (nicBytes === undefined || now?.nicBytes === undefined || now.nicSource !== nicSource) return [];
    return [{ source: nicSource, bytes: now.nicBytes - nicBytes }];
  });
  if (moved.length < decoders.length || moved.length === 0) {
    return reason('kv-path-unproven', 'the NIC counters of a decode pod could not be read before and after the load');
  }
  if (efa && moved.some(({ source }) => source !== 'efa')) {
    return reason(
      'kv-path-unproven',
      'the EFA hw_counters of a decode pod could not be read, and the counters of its interface do not cover EFA: mount the node’s /sys at /host/sys, and give the pod its EFA devices',
    );
  }
  return moved.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Checks which NIXL back ends the workers loaded, because an engine may silently use another one than the configured
 * one.
 */
export function backendReasons(
  { topology }: InferenceSpec,
  { after }: Evidence,
  { simulated, transferBackend }: InferenceCircumstances,
): Reason[] {
  if (simulated || topology === 'aggregated') return [];
  return after.flatMap(({ role, pod, kvBackends = [] }): Reason[] => {
    if (kvBackends.length === 0 || kvBackends.includes(transferBackend)) return [];
    const message = `NIXL in ${role} pod ${pod} loaded ${kvBackends.join(', ')} instead of ${transferBackend}`;
    return [reason('wrong-kv-back-end', message)];
  });
}

function reason(code: ReasonCode, message: string): Reason {
  return { code, message };
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(4))} MiB`;
}
