import type { SuiteSpec } from '../spec/spec.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';

/**
 * Seconds between the time limit of the test, which the worker enforces, and the later one that the kubelet enforces.
 */
const KUBELET_DEADLINE_MARGIN_SECONDS = 120;

/** Returns the seconds after which the kubelet ends a rank, even without a worker. */
export function rankDeadline(
  { timeout }: Pick<TransportTestSpec, 'timeout'>,
  { timeouts }: Pick<SuiteSpec, 'timeouts'>,
): number {
  return timeout + timeouts.podStart + KUBELET_DEADLINE_MARGIN_SECONDS;
}
