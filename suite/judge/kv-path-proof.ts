import type { LoadResult } from '../aiperf/load-result.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import type { Reason, ReasonCode } from '../verdict/verdict.js';
import { expectedKvBytes } from './expected-kv.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';
import { movedBytes, type NicMovement } from './nic-movement.js';

/** Proves that the KV cache took the path that the test measures. */

/**
 * Smallest share of the KV bytes that the counters must show. The first and last requests of a load may be outside of
 * the readings.
 */
const MIN_KV_SHARE = 0.5;

const NO_CONFIG =
  'set dynamo.model.config, or a dynamo.model.path whose folder in the workers has the model’s config.json';

/** Compares the bytes that the NICs of the decode workers moved with the KV bytes of the load. */
export function transferReason(
  test: InferenceSpec,
  load: LoadResult,
  nics: NicMovement,
  circumstances: InferenceCircumstances,
): Reason | undefined {
  const { simulated, fabricDevices, kvUnknown = NO_CONFIG } = circumstances;
  if (simulated) {
    return reason(
      'simulated-engine',
      'the simulated engine pauses for the KV transfer and sends no KV bytes; its figures do not show the performance of Dynamo',
    );
  }
  if (test.topology === 'aggregated') return undefined;
  const moved = movedBytes(nics);
  if (moved === undefined) {
    return reason('kv-path-unproven', 'the NIC counters of a decode pod could not be read before and after the load');
  }
  if (fabricDevices !== undefined && nics.isInterface) {
    return reason(
      'kv-path-unproven',
      `the counters of the ${fabricDevices} of a decode pod could not be read, and the counters of its interface do not cover them: mount the node’s /sys at /host/sys, and give the pod its ${fabricDevices}`,
    );
  }
  if (moved <= 0 && fabricDevices === undefined) {
    return reason(
      'kv-path-unproven',
      'the counters of the interfaces of the decode pods did not change: they carried no KV cache, or cannot count the traffic',
    );
  }
  if (moved <= 0) {
    return reason('no-kv-transfer', 'the NIC counters of the decode pods did not change: no KV cache was transferred');
  }
  const seen = `the NICs moved ${mebibytes(moved)}`;
  const expected = expectedKvBytes(test, load, circumstances);
  if (expected === undefined) {
    return reason('kv-path-unproven', `${seen}, and the KV bytes of the load are unknown: ${kvUnknown}`);
  }
  if (moved >= expected * MIN_KV_SHARE) return reason('kv-transfer-seen', `${seen} during the load`);
  const source = fabricDevices ? '' : ' (counters of the interface, without devices of the fabric)';
  return reason(
    fabricDevices ? 'no-kv-transfer' : 'kv-path-unproven',
    `${seen}, expected ${mebibytes(expected)} of KV cache${source}`,
  );
}

/**
 * Checks which NIXL back ends the workers loaded, because an engine may silently use another one than the configured
 * one, or none.
 */
export function backendReasons(
  { topology }: InferenceSpec,
  { after }: Pick<LoadEvidence, 'after'>,
  { simulated, transferBackend }: InferenceCircumstances,
): Reason[] {
  if (simulated || topology === 'aggregated') return [];
  const unseen = after.filter(({ role, kvBackends = [] }) => role === 'decode' && kvBackends.length === 0);
  const others = after.flatMap(({ role, pod, kvBackends = [] }): Reason[] => {
    if (kvBackends.length === 0 || kvBackends.includes(transferBackend)) return [];
    const message = `NIXL in ${role} pod ${pod} loaded ${kvBackends.join(', ')} instead of ${transferBackend}`;
    return [reason('wrong-kv-back-end', message)];
  });
  const unproven = reason(
    'kv-path-unproven',
    `no process of decode pod ${unseen.map(({ pod }) => pod).join(', ')} had loaded a NIXL plug-in: the engine sends the KV cache without NIXL, or /proc of its processes cannot be read`,
  );
  return unseen.length > 0 ? [unproven, ...others] : others;
}

function reason(code: ReasonCode, message: string): Reason {
  return { code, message };
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(4))} MiB`;
}
