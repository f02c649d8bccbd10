import { type Ceiling, isAboveCeiling } from '../hardware/fabric.js';
import type { Row } from '../hardware/measurement.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import type { RankLog } from '../tools/common/log-lines.js';
import { largestRow } from '../tools/common/result-table.js';
import { toolOf } from '../tools/registry.js';
import { formatBytes, formatRate } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import { type PathProof, stillCarriers } from './path-proof.js';

/** Checks of complete tables. */

/** Finds rows whose figures contradict each other, for tools whose figures must agree. */
export function disagreements(test: TransportTestSpec, rows: readonly Row[]): Reason[] {
  if (!toolOf(test).bandwidthFollowsFromLatency(test)) return [];
  const apart = rows.filter(({ conflict }) => conflict !== undefined);
  const text = ({ blockSize, conflict }: Row) => `${formatBytes(blockSize)}: ${conflict}`;
  const worst = apart.find((row) => row === largestRow(rows));
  const others = apart.filter((row) => row !== worst);
  return [
    ...(worst ? [{ code: 'figures-disagree' as const, message: text(worst) }] : []),
    ...(others.length > 0 ? [{ code: 'rows-disagree' as const, message: others.map(text).join('; ') }] : []),
  ];
}

/**
 * States the correction of figures that count one device of several. The counters must confirm the bytes of all devices;
 * without their proof, the figure is inconclusive.
 */
export function corrections(rows: readonly Row[], path: Pick<PathProof, 'status'>): Reason[] {
  const { deviceFactor, original, bytesPerSecond, blockSize } = largestRow(rows);
  if (deviceFactor === undefined) return [];
  const proof =
    path.status === 'proven' ? 'the counters confirm the bytes of all' : 'the counters do not confirm the bytes of all';
  const message = `${formatBytes(blockSize)}: the tool printed ${original} for one of ${deviceFactor} devices; all together have ${formatRate(bytesPerSecond)}, ${deviceFactor} × as much (the other rows likewise): ${proof}`;
  return [{ code: 'figure-corrected', message }];
}

/** Finds options that a wrapper of the tool in the image changed, so that the figure belongs to another test. */
export function otherParameters(test: TransportTestSpec, logs: readonly RankLog[]): Reason[] {
  const tool = toolOf(test);
  const differing = [...new Set(logs.flatMap(({ toolLines }) => tool.differingOptions(test, toolLines)))];
  if (differing.length === 0) return [];
  return [{ code: 'parameters-differ', message: `${tool.program} printed: ${differing.join(', ')}` }];
}

/** Lists rows above the ceiling. Rows of small blocks can show how fast the sender's buffers fill. */
export function rowsAboveCeiling(rows: readonly Row[], ceiling: Ceiling): Reason[] {
  const above = rows.filter((row) => isAboveCeiling(row, ceiling)).map(({ blockSize }) => formatBytes(blockSize));
  if (above.length === 0) return [];
  return [
    {
      code: 'rows-above-ceiling',
      message: `do not use these rows, which exceed the hardware ceiling: ${above.join(', ')}`,
    },
  ];
}

/**
 * Counts the NICs that the test could use and that carried nothing; one that cannot count may have carried bytes. Lists their names when the test names its NICs or
 * when the pod has no more devices than the test could use.
 */
export function idleNics(test: TransportTestSpec, path: PathProof, usable: Ceiling): Reason[] {
  const carriers = Object.keys(path.devices);
  if (path.status !== 'proven') return [];
  const unseen = path.uncounted + stillCarriers(path);
  const count = usable.nics - carriers.length - unseen;
  if (count <= 0) return [];
  const own = toolOf(test).namedNics(test);
  const used = own.length > 0 ? own : [...carriers, ...path.idle];
  const named =
    used.length === usable.nics && unseen === 0 ? `: ${used.filter((nic) => !carriers.includes(nic)).join(', ')}` : '';
  return [{ code: 'nics-idle', message: `${count} of ${usable.nics} NICs moved nothing${named}` }];
}
