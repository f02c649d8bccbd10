import { fabricKindOfEnvironment } from '../fabrics/registry.js';
import { type Ceiling, ceilingOfShares } from '../hardware/fabric.js';
import type { TestRecord, TransportCell } from '../record/record.js';
import { summarize } from '../statistics/statistics.js';
import { formatCount } from '../units/count.js';
import { INVALIDATING_REASONS } from '../verdict/reasons.js';
import {
  bestOf,
  type Candidate,
  candidateOf,
  failuresOf,
  LADDER_SEED,
  larger,
  largestOf,
  namesInOrder,
  type Point,
  pointsOf,
  pointText,
  valueAt,
} from './ladder-candidate.js';
import type { Ladder, Rung } from './ladder-rung.js';
import { withControls } from './same-node-rungs.js';

export type { Ladder } from './ladder-rung.js';

/** A rung below this share of the ceiling or of the rung above is low. The ladder then lists causes from the evidence. */
const FALLS_BELOW = 0.9;

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

/**
 * Returns one ladder for each pair, extent, memory type and direction that at least two rungs share, otherwise one
 * ladder of all rungs.
 */
export function laddersOf(tests: readonly TestRecord[]): Ladder[] {
  const all = tests.flatMap((test) => candidateOf(test) ?? []);
  const candidates = all.filter(({ sameNode }) => !sameNode);
  const controls = all.filter(({ sameNode }) => sameNode);
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
      ladders.push(withControls(ladderOf(chosen), chosen, controls, tests));
    }
  }
  return ladders.filter(({ rungs }) => rungs.length > 1);
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
  const bandwidth = values.length > 0 ? summarize(values, LADDER_SEED) : undefined;
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

function explanations(candidate: Candidate, nicsOfCeiling: number): string[] {
  const cells = candidate.cells;
  const named = cells.flatMap(({ reasons }) => reasons.filter(({ code }) => EXPLAINS.has(code)));
  const failures = failuresOf(cells);
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

function hasPoint(candidate: Candidate, point: Point): boolean {
  return pointsOf(candidate).some((row) => samePoint(row, point));
}

function samePoint(a: Point, b: Point): boolean {
  return a.blockSize === b.blockSize && a.batchSize === b.batchSize;
}

function groupsOf<Item>(items: readonly Item[], key: (item: Item) => string): Item[][] {
  return [...Map.groupBy(items, key).values()];
}
