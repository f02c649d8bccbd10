import { instanceFabric } from '../hardware/instances/catalogue.js';
import type { TestRecord, TransportCell } from '../record/record.js';
import { isSameNode } from '../schema/placement.js';
import type { RungFacts } from '../tools/common/tool.js';
import { toolNamed } from '../tools/registry.js';
import { formatBytes } from '../units/units.js';
import { validValue } from './transport.js';

/** Tests that can be rungs of a ladder, and their figures. */

/** Seed of the intervals of a ladder. Any fixed value is suitable, because the intervals are recomputed from the record. */
export const LADDER_SEED = 1;

/** A test that can be a rung, with the conditions of its figure. */
export interface Candidate extends RungFacts {
  readonly test: string;
  /** Whether both ranks ran on one node. Such a rung has no ceiling and no rung above. */
  readonly sameNode: boolean;
  readonly cells: readonly TransportCell[];
}

/** Order of the branches, each by its library. */
const BRANCHES: readonly RungFacts['library'][] = ['ucx', 'libfabric'];

/** Sorts rungs by branch, from the hardware down, independent of the order in which the tests ran. */
export function namesInOrder(candidates: readonly Candidate[]): string[] {
  const depth = ({ above }: Candidate) => (above === undefined ? 0 : 1);
  const sorted = candidates.toSorted(
    (a, b) => BRANCHES.indexOf(a.library) - BRANCHES.indexOf(b.library) || depth(a) - depth(b),
  );
  return [...new Set(sorted.map(({ name }) => name))];
}

/** Chooses the fastest of several tests for a rung, so that a control that slows the back end down is not used. */
export function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const best = ({ cells }: Candidate) => Math.max(-1, ...cells.flatMap((cell) => validValue(cell) ?? []));
  return candidates.toSorted((a, b) => best(b) - best(a))[0];
}

/** Returns the test as a rung; undefined when it has no parameters, or none of bandwidth. */
export function candidateOf({ name: test, cells: all }: TestRecord): Candidate | undefined {
  const cells = all.filter(({ warmUp, measurement }) => !warmUp && measurement?.metric !== 'latency');
  const [first] = cells;
  if (!first?.parameters) return undefined;
  const nicsPerGpu = instanceFabric(first.provenance?.nodes[0]?.instanceType ?? '')?.nicsPerGpu ?? 1;
  const facts = toolNamed(String(first.parameters.tool))?.rung(first.parameters, nicsPerGpu);
  return facts && { ...facts, test, cells, sameNode: isSameNode(first.parameters) };
}

/** Conditions under which a rung was measured. */
export interface Point {
  readonly blockSize: number;
  readonly batchSize: number;
}

/** Returns the cell's figure at one block and batch; undefined for a cell that is not comparable. */
export function valueAt(cell: TransportCell, point: Point | undefined): number | undefined {
  if (!point || validValue(cell) === undefined) return undefined;
  return cell.rows.find(({ blockSize, batchSize }) => blockSize === point.blockSize && batchSize === point.batchSize)
    ?.bytesPerSecond;
}

/** Lists the failures of cells: `NoTransport: …`. */
export function failuresOf(cells: readonly TransportCell[]): string[] {
  return cells.flatMap(({ failure }) => (failure ? [`${failure.class}: ${failure.message}`] : []));
}

/** Returns the largest point of a rung; undefined without rows. */
export function largestOf(candidate: Candidate): Point | undefined {
  return pointsOf(candidate).reduce<Point | undefined>(larger, undefined);
}

/** Lists the points of all rows of a rung. */
export function pointsOf({ cells }: Candidate): readonly Point[] {
  return cells.flatMap(({ rows }) => rows);
}

/** Formats a point: `64 MiB × 1`. */
export function pointText(point: Point | undefined): string {
  return point ? `${formatBytes(point.blockSize)} × ${point.batchSize}` : 'no rows';
}

/** Returns the point with more bytes in flight. */
export function larger(best: Point | undefined, next: Point): Point {
  return best && best.blockSize * best.batchSize >= next.blockSize * next.batchSize ? best : next;
}
