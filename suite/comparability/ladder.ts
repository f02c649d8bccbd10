import { fabricKindOfEnvironment } from '../fabrics/registry.js';
import { type Ceiling, ceilingOfShares } from '../hardware/fabric.js';
import { instanceFabric } from '../hardware/instances/catalogue.js';
import type { TestRecord, TransportCell } from '../record/record.js';
import { type Summary, summarize } from '../statistics/statistics.js';
import type { RungFacts } from '../tools/common/tool.js';
import { toolNamed } from '../tools/registry.js';
import { formatCount } from '../units/count.js';
import { formatBytes } from '../units/units.js';
import { INVALIDATING_REASONS } from '../verdict/reasons.js';
import { validValue } from './transport.js';

/**
 * Bandwidth of a pair from the hardware ceiling down to NIXL, at one memory type, direction, block and batch. It has a
 * branch for each library that NIXL can use: hardware, UCX, NIXL UCX; and hardware, libfabric, NIXL LIBFABRIC. A rung has no
 * ratio to the rung above when their parameters or their numbers of usable NICs differ.
 */
export interface Ladder {
  readonly pair: { readonly node1: string; readonly node2: string };
  /** Memory, direction, block and batch that the rungs share, as text. */
  readonly conditions: string;
  /** Highest ceiling of the rungs, which is that of the rung with the most usable NICs. */
  readonly ceiling: { readonly bytesPerSecond: number; readonly explanation: string };
  readonly rungs: readonly Rung[];
}

export interface Rung {
  readonly name: string;
  readonly test: string;
  /** Block, batch and pattern of the figure; absent when they are those of the ladder's conditions. */
  readonly conditions?: string;
  /** Summary of the comparable cells; absent when there is none. */
  readonly bandwidth?: Summary;
  readonly shareOfCeiling?: number;
  /** Absent when no rung is above, without a figure, and when `blocked` is set. */
  readonly shareOfAbove?: number;
  /** Parameters that differ from those of the rung above. */
  readonly blocked?: string;
  /** Causes from the evidence for a low or a missing figure. */
  readonly reasons: readonly string[];
}

/** Order of the branches, each by its library. */
const BRANCHES: readonly RungFacts['library'][] = ['ucx', 'libfabric'];

/** A rung below this share of the ceiling or of the rung above is low. The ladder then lists causes from the evidence. */
const FALLS_BELOW = 0.9;

/** Seed of the intervals of a ladder. Any fixed value is suitable, because the intervals are recomputed from the record. */
const SEED = 1;

/** Codes of reasons that explain a low or a missing figure. */
const EXPLAINS: ReadonlySet<string> = new Set([
  ...INVALIDATING_REASONS,
  'nics-idle',
  'tcp-fallback',
  'emulated-rma',
  'efa-through-ucx',
  'rdma-write-emulated',
  'fabric-events',
  'link-differs',
]);

/** The first UCX whose srd transport has RDMA write (openucx/ucx, commits 7fe7e4482f and 4c707c0b07). */
const UCX_WITH_RDMA_WRITE = [1, 20] as const;

/** A test that can be a rung, with the conditions of its figure. */
interface Candidate extends RungFacts {
  readonly test: string;
  readonly cells: readonly TransportCell[];
}

/**
 * Returns one ladder for each pair, extent, memory type and direction that at least two rungs share, otherwise one
 * ladder of all rungs.
 */
export function laddersOf(tests: readonly TestRecord[]): Ladder[] {
  const candidates = tests.flatMap((test) => candidateOf(test) ?? []);
  const ladders: Ladder[] = [];
  for (const group of groupsOf(candidates, ({ cells, extent }) => `${JSON.stringify(cells[0]?.nodes)} ${extent}`)) {
    const alike = groupsOf(group, ({ memory, direction }) => `${memory} ${direction}`);
    const full = alike.filter((same) => new Set(same.map(({ name }) => name)).size > 1);
    const names = namesInOrder(group);
    for (const same of full.length > 0 ? full : alike.slice(0, 1)) {
      const chosen = names.flatMap((name) => {
        const has = (candidate: Candidate) => candidate.name === name;
        return bestOf(same.filter(has)) ?? bestOf(group.filter(has)) ?? [];
      });
      ladders.push(ladderOf(chosen));
    }
  }
  return ladders.filter(({ rungs }) => rungs.length > 1);
}

/** Sorts rungs by branch, from the hardware down, independent of the order in which the tests ran. */
function namesInOrder(candidates: readonly Candidate[]): string[] {
  const depth = ({ above }: Candidate) => (above === undefined ? 0 : 1);
  const sorted = candidates.toSorted(
    (a, b) => BRANCHES.indexOf(a.library) - BRANCHES.indexOf(b.library) || depth(a) - depth(b),
  );
  return [...new Set(sorted.map(({ name }) => name))];
}

/** Chooses the fastest of several tests for a rung, so that a control that slows the back end down is not used. */
function bestOf(candidates: readonly Candidate[]): Candidate | undefined {
  const best = ({ cells }: Candidate) => Math.max(-1, ...cells.flatMap((cell) => validValue(cell) ?? []));
  return candidates.toSorted((a, b) => best(b) - best(a))[0];
}

function candidateOf({ name: test, cells: all }: TestRecord): Candidate | undefined {
  const cells = all.filter(({ warmUp, measurement }) => !warmUp && measurement?.metric !== 'latency');
  const [first] = cells;
  if (!first?.parameters) return undefined;
  const nicsPerGpu = instanceFabric(first.provenance?.nodes[0]?.instanceType ?? '')?.nicsPerGpu ?? 1;
  const facts = toolNamed(String(first.parameters.tool))?.rung(first.parameters, nicsPerGpu);
  return facts && { ...facts, test, cells };
}

/** Conditions under which a rung was measured. */
interface Point {
  readonly blockSize: number;
  readonly batchSize: number;
}

function ladderOf(chosen: readonly Candidate[]): Ladder {
  const [first] = chosen;
  if (!first) throw new RangeError('a ladder without rungs');
  // A ping-pong rung has other sizes, which must not determine the sizes of the streams.
  const common = largestCommon(chosen.filter(({ pattern }) => pattern === first.pattern));
  const points = chosen.map((candidate) => (common && hasPoint(candidate, common) ? common : largestOf(candidate)));
  const ceilings = chosen.flatMap(({ cells }) => cells.flatMap((cell) => ceilingOfShares(cell) ?? []));
  const ceiling = ceilings.reduce((best, next) => (next.bytesPerSecond > best.bytesPerSecond ? next : best), {
    bytesPerSecond: 0,
    nics: 0,
    explanation: 'unknown',
  });
  const rungs: Rung[] = [];
  const conditionsOf = (i: number) => [pointText(points[i]), chosen[i]?.pattern].join(', ');
  for (const [i, candidate] of chosen.entries()) {
    const at = chosen.findIndex(({ name }) => name === candidate.above);
    const above = chosen[at];
    const blocked = above ? differences(above, points[at], candidate, points[i]) : '';
    const rung = rungOf(candidate, points[i], ceiling, { rung: rungs[at], blocked });
    const conditions = conditionsOf(i);
    rungs.push(conditions === conditionsOf(0) ? rung : { ...rung, conditions });
  }
  const size = points[0] ? `, ${pointText(points[0])}` : '';
  return {
    pair: { node1: first.cells[0]?.nodes[0] ?? 'unknown', node2: first.cells[0]?.nodes[1] ?? 'unknown' },
    conditions: `${first.memory} ${first.direction}${size}${first.extent === 'node' ? ', all NICs of the node' : ''}`,
    ceiling: { bytesPerSecond: ceiling.bytesPerSecond, explanation: ceiling.explanation },
    rungs,
  };
}

function rungOf(
  candidate: Candidate,
  point: Point | undefined,
  { bytesPerSecond: ceiling, nics: nicsOfCeiling }: Ceiling,
  upper: { rung: Rung | undefined; blocked: string },
): Rung {
  const values = candidate.cells.flatMap((cell) => valueAt(cell, point) ?? []);
  const bandwidth = values.length > 0 ? summarize(values, SEED) : undefined;
  const aboveMedian = upper.rung?.bandwidth?.median;
  const shareOfAbove = bandwidth && aboveMedian && upper.blocked === '' ? bandwidth.median / aboveMedian : undefined;
  const shareOfCeiling = bandwidth && ceiling > 0 ? bandwidth.median / ceiling : undefined;
  const shares = [shareOfAbove, shareOfCeiling].filter((share) => share !== undefined);
  const fallsOff = shares.length === 0 || Math.min(...shares) < FALLS_BELOW;
  return {
    name: candidate.name,
    test: candidate.test,
    ...(bandwidth ? { bandwidth } : {}),
    ...(shareOfCeiling === undefined ? {} : { shareOfCeiling }),
    ...(shareOfAbove === undefined ? {} : { shareOfAbove }),
    ...(upper.blocked === '' ? {} : { blocked: upper.blocked }),
    reasons: fallsOff ? explanations(candidate, nicsOfCeiling) : [],
  };
}

/** Returns the cell's figure at one block and batch; undefined for a cell that is not comparable. */
function valueAt(cell: TransportCell, point: Point | undefined): number | undefined {
  if (!point || validValue(cell) === undefined) return undefined;
  return cell.rows.find(({ blockSize, batchSize }) => blockSize === point.blockSize && batchSize === point.batchSize)
    ?.bytesPerSecond;
}

function explanations(candidate: Candidate, nicsOfCeiling: number): string[] {
  const cells = candidate.cells;
  const named = cells.flatMap(({ reasons }) => reasons.filter(({ code }) => EXPLAINS.has(code)));
  const failures = cells.flatMap(({ failure }) => (failure ? [`${failure.class}: ${failure.message}`] : []));
  const nics = railsOf(cells);
  const isNamed = named.some(({ code }) => code === 'nics-idle');
  const rails =
    nics !== undefined && nics < nicsOfCeiling && !isNamed
      ? [`${formatCount(nics, 'NIC')} instead of ${nicsOfCeiling}`]
      : [];
  const versions = new Set(
    cells.flatMap(({ provenance }) => provenance?.nodes.flatMap((n) => n.versions.ucx ?? []) ?? []),
  );
  const old =
    candidate.library !== 'ucx' || !emulatesOldUcx(cells)
      ? []
      : [...versions]
          .filter(isBeforeRdmaWrite)
          .map((version) => `UCX ${version} has no RDMA write over EFA (1.20 has): writes are emulated in software`);
  return [...new Set([...named.map(({ message }) => message), ...failures, ...rails, ...old])];
}

/** Counts the NICs that carried the bytes according to their counters. */
function railsOf(cells: readonly TransportCell[] | undefined): number | undefined {
  const counts = (cells ?? []).flatMap(({ path }) =>
    path?.status === 'proven' ? [Object.keys(path.devices).length] : [],
  );
  return counts.length > 0 ? Math.max(...counts) : undefined;
}

function emulatesOldUcx(cells: readonly TransportCell[]): boolean {
  return cells.some(({ provenance }) =>
    provenance?.nodes.some(({ environment }) => fabricKindOfEnvironment(environment)?.emulatesOldUcx),
  );
}

function isBeforeRdmaWrite(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < UCX_WITH_RDMA_WRITE[0] || (major === UCX_WITH_RDMA_WRITE[0] && minor < UCX_WITH_RDMA_WRITE[1]);
}

function differences(above: Candidate, at: Point | undefined, below: Candidate, point: Point | undefined): string {
  const image = ({ cells }: Candidate) => cells[0]?.provenance?.nodes.map(({ imageId }) => imageId).join();
  const given = ({ cells }: Candidate) => cells[0]?.parameters?.nics;
  const usable = ({ cells: [cell] }: Candidate) => (cell?.usableCeiling ?? cell?.ceiling)?.nics;
  const pairs: readonly [string, unknown, unknown][] = [
    ['memory', above.memory, below.memory],
    ['direction', above.direction, below.direction],
    ['pattern', above.pattern, below.pattern],
    ['block and batch', pointText(at), pointText(point)],
    ['NICs of a rank', given(above) ?? 'all', given(below) ?? 'all'],
    ['usable NICs', usable(above), usable(below)],
    ['image', image(above) ?? 'unknown', image(below) ?? 'unknown'],
  ];
  return pairs.flatMap(([what, a, b]) => (a === b ? [] : [`${what}: ${b}, above ${a}`])).join('; ');
}

/** Finds the largest block, with its batch, of which every rung has a row. */
function largestCommon(chosen: readonly Candidate[]): Point | undefined {
  const [first, ...others] = chosen.map(pointsOf);
  return first
    ?.filter((point) => others.every((rows) => rows.some((row) => samePoint(row, point))))
    .reduce<Point | undefined>(larger, undefined);
}

function largestOf(candidate: Candidate): Point | undefined {
  return pointsOf(candidate).reduce<Point | undefined>(larger, undefined);
}

function pointsOf({ cells }: Candidate): readonly Point[] {
  return cells.flatMap(({ rows }) => rows);
}

function hasPoint(candidate: Candidate, point: Point): boolean {
  return pointsOf(candidate).some((row) => samePoint(row, point));
}

function pointText(point: Point | undefined): string {
  return point ? `${formatBytes(point.blockSize)} × ${point.batchSize}` : 'no rows';
}

function samePoint(a: Point, b: Point): boolean {
  return a.blockSize === b.blockSize && a.batchSize === b.batchSize;
}

function larger(best: Point | undefined, next: Point): Point {
  return best && best.blockSize * best.batchSize >= next.blockSize * next.batchSize ? best : next;
}

function groupsOf<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  return [...Map.groupBy(items, key).values()];
}
