import type { InferenceSpec } from '../spec/inference-tests.js';
import type { Reason } from '../verdict/verdict.js';
import { fabricEvents } from './fabric-events.js';
import type { InferenceCircumstances, LoadEvidence } from './inference-evidence.js';
import { growth } from './port-movement.js';

/**
 * Lists the events that the RDMA devices of the workers counted during a load. Empty for an engine or a topology without KV
 * transfer. A counter that was not read before and after the load is left out.
 */
export function workerEvents(
  { topology }: Pick<InferenceSpec, 'topology'>,
  { before, after }: Pick<LoadEvidence, 'before' | 'after'>,
  { simulated, events }: Pick<InferenceCircumstances, 'simulated' | 'events'>,
): Reason[] {
  if (simulated || topology === 'aggregated') return [];
  const workers = before.map(({ role, pod, uid, nicEvents: first = {} }) => {
    const last = after.find((worker) => worker.uid === uid)?.nicEvents ?? {};
    const ports = Object.entries(first).map(([name, counters]) => ({
      name,
      moved: growth(counters, last[name] ?? {}),
    }));
    return { position: `${role} pod ${pod}`, ports };
  });
  return fabricEvents(events, workers);
}
