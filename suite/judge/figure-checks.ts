import { type Ceiling, isAboveCeiling } from '../hardware/fabric.js';
import type { Row } from '../hardware/measurement.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import type { RankLog } from '../tools/log-lines.js';
import { differingOptions } from '../tools/nixlbench.js';
import { DISAGREEMENT } from '../tools/printed.js';
import { formatBytes, formatRate } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import type { PathProof } from './path-proof.js';
import { largestRow } from './result-table.js';

/** What speaks against figures that are all there. */

/**
 * Rows whose bandwidth is not what follows from their block and its latency. With several threads the latency is that of
 * one thread (and was wrong in nixlbench before 1.1), so nothing follows from it.
 */
export function disagreements(test: TransportTestSpec, rows: readonly Row[]): Reason[] {
  if (test.tool === 'nixlbench' && test.numThreads > 1) return [];
  const apart = rows.filter(
    ({ bytesPerSecond, recomputed }) =>
      recomputed !== undefined && Math.abs(bytesPerSecond / recomputed - 1) > DISAGREEMENT,
  );
  const text = ({ blockSize, bytesPerSecond, recomputed = Number.NaN }: Row) =>
    `${formatBytes(blockSize)}: ${formatRate(bytesPerSecond)} printed, ${formatRate(recomputed)} from block and latency`;
  const worst = apart.find((row) => row === largestRow(rows));
  const others = apart.filter((row) => row !== worst);
  return [
    ...(worst ? [{ code: 'figures-disagree' as const, message: text(worst) }] : []),
    ...(others.length > 0 ? [{ code: 'rows-disagree' as const, message: others.map(text).join('; ') }] : []),
  ];
}

/** An image may wrap the tool and change its options; then the figure is of another test. */
export function otherParameters(test: TransportTestSpec, logs: readonly RankLog[]): Reason[] {
  if (test.tool !== 'nixlbench') return [];
  const differing = [...new Set(logs.flatMap(({ toolLines }) => differingOptions(test, toolLines)))];
  if (differing.length === 0) return [];
  return [{ code: 'parameters-differ', message: `nixlbench says that ${differing.join(', ')}` }];
}

/** Rows of small blocks may show how fast the sender's buffers fill; they are shown, and named. */
export function rowsAboveCeiling(rows: readonly Row[], ceiling: Ceiling): Reason[] {
  const above = rows.filter((row) => isAboveCeiling(row, ceiling)).map(({ blockSize }) => formatBytes(blockSize));
  if (above.length === 0) return [];
  return [
    { code: 'rows-above-ceiling', message: `more than the hardware carries, so not to be used: ${above.join(', ')}` },
  ];
}

/**
 * NICs that the test could use and that carried nothing. They have names where it is known which NICs these are: a
 * process for each device, or no more devices than the test could use.
 */
export function idleNics(test: TransportTestSpec, path: PathProof, usable: Ceiling): Reason[] {
  const carriers = Object.keys(path.devices);
  const count = usable.nics - carriers.length;
  if (path.status !== 'proven' || count <= 0) return [];
  const own = test.tool === 'ucx-perftest' ? test.devices.map((device) => device.replace(/:\d+$/, '')) : [];
  const used = own.length > 0 ? own : [...carriers, ...path.idle];
  const named = used.length === usable.nics ? `: ${used.filter((nic) => !carriers.includes(nic)).join(', ')}` : '';
  return [{ code: 'nics-idle', message: `${count} of ${usable.nics} NICs moved nothing${named}` }];
}
