import { type Ceilings, ceilingOfShares, isAboveCeiling } from '../hardware/fabric.js';
import type { Measurement } from '../hardware/measurement.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { formatDuration, formatRate } from '../units/units.js';
import { INVALIDATING_REASONS } from '../verdict/reasons.js';
import type { Reason, Verdict } from '../verdict/verdict.js';
import type { PathProof } from './path-proof.js';

/**
 * Judges the figure of a complete table. The figure passes when it is possible, took the expected path and is not below
 * the expectation.
 */
export function verdictOf(
  test: TransportTestSpec,
  measurement: Measurement,
  ceilings: Partial<Ceilings>,
  path: PathProof,
  reasons: readonly Reason[],
): { verdict: Verdict; reasons: Reason[] } {
  const isBandwidth = measurement.metric === 'bandwidth';
  const { ceiling } = ceilings;
  if (isBandwidth && ceiling && isAboveCeiling({ bytesPerSecond: measurement.value }, ceiling)) {
    const message = `${formatRate(measurement.value)} exceeds the hardware ceiling (${formatRate(ceiling.bytesPerSecond)}, ${ceiling.explanation}): check for both ranks on one node, NVLink, or a wrong unit`;
    const verdict = path.status === 'wrong' ? 'fail' : 'inconclusive';
    return { verdict, reasons: [...reasons, { code: 'implausible', message }] };
  }
  if (path.status === 'wrong') return { verdict: 'fail', reasons: [...reasons] };
  // A figure without a path proof that is too low fails.
  const doubted = reasons.some(({ code }) => code !== 'path-unproven' && INVALIDATING_REASONS.has(code));
  if (doubted) return { verdict: 'inconclusive', reasons: [...reasons] };
  const floor = Math.max(
    test.expect.minBandwidth ?? 0,
    (test.expect.minEfficiency ?? 0) * (ceilingOfShares(ceilings)?.bytesPerSecond ?? 0),
  );
  if (isBandwidth && measurement.value < floor) {
    const message = `${formatRate(measurement.value)} is below the expected ${formatRate(floor)}`;
    return { verdict: 'fail', reasons: [...reasons, { code: 'below-expectation', message }] };
  }
  if (path.status === 'unproven') return { verdict: 'inconclusive', reasons: [...reasons] };
  const figure = isBandwidth ? formatRate(measurement.value) : formatDuration(measurement.value);
  const message = `${figure}, ${measurement.conditions} (printed as ${measurement.original})`;
  return { verdict: 'pass', reasons: [...reasons, { code: 'measured', message }] };
}
