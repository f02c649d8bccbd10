import type { Claimant } from '../../kubernetes/client/leases.js';
import { type Run, runLabels } from '../../suite/run/run.js';

/** Seconds after which a claim of a node expires without renewal. It exceeds the pauses between the steps of a test. */
export const CLAIM_SECONDS = 90;

/** Returns the identity with which a run claims nodes. @param annotations annotations of every object of the run */
export function claimantOf(run: Run, annotations: Readonly<Record<string, string>>): Claimant {
  return { identity: run.key, labels: runLabels(run), annotations, durationSeconds: CLAIM_SECONDS };
}
