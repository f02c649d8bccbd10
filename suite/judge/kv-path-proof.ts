import type { LoadResult } from '../aiperf/load-result.js';
import type { Direction } from '../fabrics/common/byte-source.js';
import { byteSourcesOf } from '../fabrics/registry.js';
import { wholeBlocks } from '../kv/kv-blocks.js';
import type { InferenceSpec } from '../spec/inference-tests.js';
import type { Reason, ReasonCode } from '../verdict/verdict.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';
import { bytesOfSources, growth } from './port-movement.js';
import type { WorkerProbe } from './worker-probe.js';

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
  const { simulated, fabricDevices, bytesPerToken, tokensPerBlock, kvUnknown = NO_CONFIG } = circumstances;
  if (simulated) {
    return reason(
      'simulated-engine',
      'the simulated engine pauses for the KV transfer and sends no KV bytes; its figures do not show the performance of Dynamo',
    );
  }
  if (test.topology === 'aggregated') return undefined;
  const moved = movedBytes(evidence, fabricDevices);
  if (typeof moved === 'object') return moved;
  if (moved <= 0 && fabricDevices === undefined) {
    return reason(
      'kv-path-unproven',
      'the counters of the decode pods did not change, although the requests passed the interface: they cannot count the traffic',
    );
  }
  if (moved <= 0) {
    return reason('no-kv-transfer', 'the NIC counters of the decode pods did not change: no KV cache was transferred');
  }
  const seen = `the NICs moved ${mebibytes(moved)}`;
  if (bytesPerToken === undefined) {
    return reason('kv-path-unproven', `${seen}, and the KV bytes of the load are unknown: ${kvUnknown}`);
  }
  const expected = kvBytesOfLoad(test, load, { bytesPerToken, tokensPerBlock });
  if (moved >= expected * MIN_KV_SHARE) return reason('kv-transfer-seen', `${seen} during the load`);
  const source = fabricDevices ? '' : ' (counters of the interface, without devices of the fabric)';
  return reason(
    fabricDevices ? 'no-kv-transfer' : 'kv-path-unproven',
    `${seen}, expected ${mebibytes(expected)} of KV cache${source}`,
  );
}

/**
 * Returns the KV bytes of all requests between the readings: those of the load and of its warm-up. Each prompt costs whole
 * blocks.
 */
function kvBytesOfLoad(
  test: InferenceSpec,
  load: LoadResult,
  { bytesPerToken, tokensPerBlock }: { readonly bytesPerToken: number; readonly tokensPerBlock: number },
): number {
  const requests = load.requests.succeeded + test.warmupRequests;
  return requests * wholeBlocks(load.inputTokens ?? test.inputTokens, tokensPerBlock) * bytesPerToken;
}

/**
 * Returns the bytes of the KV cache that the NICs moved during the load, or the reason why they are unknown: those that all
 * decode workers received or that all prefill workers sent, whichever is more, because the counters of one side suffice.
 */
function movedBytes({ before, after }: Evidence, fabricDevices: string | undefined): number | Reason {
  const ofRole = (role: string) =>
    before.filter((worker) => worker.role === role).map((worker) => movedBy(worker, after));
  const [received, sent] = [ofRole('decode'), ofRole('prefill')];
  const sides = [total(received, 'in'), total(sent, 'out')].filter((bytes) => bytes !== undefined);
  if (sides.length === 0) {
    return reason('kv-path-unproven', 'the NIC counters of a decode pod could not be read before and after the load');
  }
  const isInterface = received.some((worker) => worker?.source === 'interface');
  if (fabricDevices !== undefined && isInterface) {
    return reason(
      'kv-path-unproven',
      `the counters of the ${fabricDevices} of a decode pod could not be read, and the counters of its interface do not cover them: mount the node’s /sys at /host/sys, and give the pod its ${fabricDevices}`,
    );
  }
  return Math.max(...sides);
}

/** What the NICs of one worker moved; a direction is absent when they cannot count it. */
interface WorkerMovement extends Partial<Record<Direction, number>> {
  readonly source: WorkerProbe['nicSource'];
}

function movedBy(first: LoadEvidence['before'][number], after: Evidence['after']): WorkerMovement | undefined {
  const last = after.find(({ uid }) => uid === first.uid);
  const source = first.nicSource;
  if (source === undefined || last?.nicSource !== source) return undefined;
  if (first.nicCounters && last.nicCounters) {
    const moved = growth(first.nicCounters, last.nicCounters);
    const sources = byteSourcesOf(source === 'interface' ? 'net' : 'infiniband');
    const [sent, received] = [bytesOfSources(sources, 'out', moved), bytesOfSources(sources, 'in', moved)];
    return {
      source,
      ...(sent === undefined ? {} : { out: sent }),
      ...(received === undefined ? {} : { in: received }),
    };
  }
  if (first.nicBytes === undefined || last.nicBytes === undefined) return undefined;
  const both = last.nicBytes - first.nicBytes;
  return { source, in: both, out: both };
}

/** Adds up a direction of all workers of a role; undefined when one of them cannot count it. */
function total(workers: readonly (WorkerMovement | undefined)[], direction: Direction): number | undefined {
  const bytes = workers.flatMap((worker) => worker?.[direction] ?? []);
  return bytes.length < workers.length || bytes.length === 0 ? undefined : bytes.reduce((sum, each) => sum + each, 0);
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
