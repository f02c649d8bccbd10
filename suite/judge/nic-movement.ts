import type { Direction } from '../fabrics/common/byte-source.js';
import { byteSourcesOf } from '../fabrics/registry.js';
import type { LoadEvidence } from './inference-evidence.js';
import { bytesOfSources, growth } from './port-movement.js';
import type { WorkerProbe } from './worker-probe.js';

/** Bytes that the NICs of the workers moved during a load. */
export interface NicMovement {
  /** Bytes that all decode workers received; undefined when one of them cannot count them. */
  readonly received?: number | undefined;
  /** Bytes that all prefill workers sent; undefined when one of them cannot count them. */
  readonly sent?: number | undefined;
  /** True when the counters of a decode worker are those of its interface, which also carries the requests. */
  readonly isInterface: boolean;
}

type Evidence = Pick<LoadEvidence, 'before' | 'after'>;

/** Returns what the NICs of the workers moved between the two readings. */
export function nicMovement({ before, after }: Evidence): NicMovement {
  const ofRole = (role: string) =>
    before.filter((worker) => worker.role === role).map((worker) => movedBy(worker, after));
  const [decode, prefill] = [ofRole('decode'), ofRole('prefill')];
  return {
    received: total(decode, 'in'),
    sent: total(prefill, 'out'),
    isInterface: decode.some((worker) => worker?.source === 'interface'),
  };
}

/**
 * Returns the bytes of the side whose counters show more, because the counters of one side suffice; undefined when neither
 * side can count.
 */
export function movedBytes({ received, sent }: Pick<NicMovement, 'received' | 'sent'>): number | undefined {
  const sides = [received, sent].filter((bytes) => bytes !== undefined);
  return sides.length === 0 ? undefined : Math.max(...sides);
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
