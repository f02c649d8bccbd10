import type { Row } from '../hardware/measurement.js';
import type { NixlbenchSpec } from '../spec/transport-tests.js';
import { PRINTED_NUMBER, recomputedBandwidth } from './printed.js';

/**
 * nixlbench: its command line, and the grammar of its output (tables of 6, 8, 10 and 12 columns; GB = 1e9 bytes).
 * Figures of options, defaults and table layouts: ai-dynamo/nixl, benchmark/nixlbench, tags 0.2.0 to 1.4.0.
 */

/** Defaults of nixlbench 0.7.1 for options that are passed only when they differ, so that older images take the line. */
const UNLESS_DEFAULT = {
  check_consistency: '0',
  enable_pt: '0',
  progress_threads: '0',
  enable_vmm: '0',
  device_list: 'all',
  large_blk_iter_ftr: '16',
  num_threads: '1',
} as const;

/**
 * Arguments of one rank. Both ranks get the same ones: the role follows from the order of registration.
 *
 * @param group `--benchmark_group`; never used twice, because a failed run leaves keys that mislead the next one
 */
export function nixlbenchArguments(test: NixlbenchSpec, etcdEndpoint: string, group: string): string[] {
  const options: Record<string, string> = {
    etcd_endpoints: etcdEndpoint,
    benchmark_group: group,
    backend: test.backend,
    initiator_seg_type: test.initiatorSegType,
    target_seg_type: test.targetSegType,
    scheme: test.scheme,
    mode: test.mode,
    op_type: test.opType,
    total_buffer_size: String(test.totalBufferSize),
    start_block_size: String(test.startBlockSize),
    max_block_size: String(test.maxBlockSize),
    start_batch_size: String(test.startBatchSize),
    max_batch_size: String(test.maxBatchSize),
    num_iter: String(test.numIter),
    warmup_iter: String(test.warmupIter),
    num_initiator_dev: String(test.numInitiatorDev),
    num_target_dev: String(test.numTargetDev),
    check_consistency: test.checkConsistency ? '1' : '0',
    enable_pt: test.enablePt ? '1' : '0',
    progress_threads: String(test.progressThreads),
    enable_vmm: test.enableVmm ? '1' : '0',
    device_list: test.deviceList,
    large_blk_iter_ftr: String(test.largeBlkIterFtr),
    num_threads: String(test.numThreads),
  };
  return Object.entries(options)
    .filter(([name, value]) => UNLESS_DEFAULT[name as keyof typeof UNLESS_DEFAULT] !== value)
    .map(([name, value]) => `--${name}=${value}`);
}

/** Flags of a nixlbench command line that its `--help` does not list. */
export function unknownFlags(args: readonly string[], help: string): string[] {
  const known = new Set([...help.matchAll(/^\s*-{1,2}([a-z][a-z0-9_]*)/gm)].map((match) => match[1]));
  return args.map((arg) => arg.replace(/^--/, '').replace(/=.*$/, '')).filter((flag) => !known.has(flag));
}

/** Block size and batch size of every row that must be there: both double from start to maximum. */
export function expectedNixlbenchRows(test: NixlbenchSpec): { blockSize: number; batchSize: number }[] {
  const rows = [];
  for (let blockSize = test.startBlockSize; blockSize <= test.maxBlockSize; blockSize *= 2) {
    for (let batchSize = test.startBatchSize; batchSize <= test.maxBatchSize; batchSize *= 2) {
      rows.push({ blockSize, batchSize });
    }
  }
  return rows;
}

/** nixlbench rounds counts up to a multiple of threads × `large_blk_iter_ftr`, and divides by the latter above 1 MiB. */
function iterationsOf(test: NixlbenchSpec, count: number, blockSize: number): number {
  const step = test.numThreads * test.largeBlkIterFtr;
  const rounded = Math.ceil(count / step) * step;
  return blockSize > 2 ** 20 ? rounded / test.largeBlkIterFtr : rounded;
}

/**
 * How often a row's block × batch crosses the wire in one iteration: once for each device of the initiator, which all
 * have a buffer of their own, and as often as the scheme lets each of them meet a target. In src/main.cpp that is
 * `createTransferDescLists` over `getStrideScheme` (the same in old and new versions).
 */
function transfersOf({ scheme, numInitiatorDev, numTargetDev }: NixlbenchSpec): number {
  const targetsOfEach = { pairwise: 1, manytoone: 1, onetomany: numTargetDev, tp: numTargetDev / numInitiatorDev };
  return numInitiatorDev * Math.max(1, Math.floor(targetsOfEach[scheme]));
}

/** Payload that crosses the wire in one run with all rows, warm-up included, in bytes. */
export function expectedNixlbenchBytes(test: NixlbenchSpec): number {
  const transfers = transfersOf(test);
  return expectedNixlbenchRows(test).reduce((sum, { blockSize, batchSize }) => {
    const iterations = iterationsOf(test, test.numIter, blockSize) + iterationsOf(test, test.warmupIter, blockSize);
    return sum + blockSize * batchSize * transfers * iterations;
  }, 0);
}

const COLUMNS =
  /(Block Size \(B\)|Batch Size|B\/W \((?:MiB|GiB|GB)\/Sec\)|Aggregate B\/W \(GB\/Sec\)|Network Util \(%\)|(?:Avg|P99) (?:Lat\.|Prep|Post|Tx) \(us\))/g;

/**
 * Rows of the table, by the columns that its header line names: 6, 8, 10 or 12 of them. Lines of another shape between
 * the rows are skipped, and so is a row with a figure that is no number (`nan`, `inf`): what is missing is seen by the
 * rows that must be there.
 */
export function parseNixlbenchTable(lines: readonly string[]): Row[] {
  const rows: Row[] = [];
  let columns: string[] | undefined;
  for (const line of lines) {
    const first = line.charCodeAt(0);
    if (first === 0x42 && line.startsWith('Block Size (B)')) {
      columns = line.match(COLUMNS) ?? undefined;
      continue;
    }
    if (!columns || !(first >= 0x30 && first <= 0x39) || line.length > LONGEST_ROW) continue;
    const row = rowOf(columns, line.trimEnd().split(/\s+/));
    if (row) rows.push(row);
  }
  return rows;
}

/** Twelve columns of at most 25 characters, and room. A longer line is none of the table's. */
const LONGEST_ROW = 400;

/**
 * `Avg Lat.` is the time of a block and not of an iteration: `printStats` in src/utils/utils.cpp (in old and new versions) divides
 * the duration by iterations × batch size, and in pairwise MG by the initiator's devices, whose bytes it counts in the
 * bandwidth. With one thread the bandwidth is therefore block ÷ latency whatever the batch and the mode.
 */
function rowOf(columns: readonly string[], fields: readonly string[]): Row | undefined {
  if (fields.length !== columns.length || !fields.every((field) => PRINTED_NUMBER.test(field))) return undefined;
  const field = (name: string) => fields[columns.indexOf(name)];
  const bandwidth = field('B/W (GB/Sec)');
  const latency = field('Avg Lat. (us)');
  const blockSize = Number(field('Block Size (B)'));
  const batchSize = Number(field('Batch Size'));
  if (bandwidth === undefined || !Number.isSafeInteger(blockSize * batchSize)) return undefined;
  const recomputed = latency === undefined ? undefined : recomputedBandwidth(blockSize, latency, 1e-6, bandwidth);
  return {
    blockSize,
    batchSize,
    bytesPerSecond: Number(bandwidth) * 1e9,
    ...(latency === undefined ? {} : { latency: Number(latency) / 1e6 }),
    ...(recomputed === undefined ? {} : { recomputed }),
    original: `${bandwidth} GB/Sec`,
  };
}

/**
 * The configuration that nixlbench itself prints before the table, by the name of the flag: `backend`, `op_type`, … The
 * list of choices in a line may hold colons, so a line is divided behind the parenthesis that closes the flag.
 */
export function parseNixlbenchConfig(lines: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of lines) {
    const match = line.length <= LONGEST_ROW ? /\(--([a-z_]+)=[^)]*\)\s*:\s*(\S.*)$/.exec(line) : null;
    if (match?.[1] && match[2]) found[match[1]] = match[2].trim();
  }
  return found;
}

/** Options in which the tool's own account of its configuration differs from the test; empty when it gave none. */
export function differingOptions(test: NixlbenchSpec, lines: readonly string[]): string[] {
  const config = parseNixlbenchConfig(lines);
  const wanted: Readonly<Record<string, string>> = {
    backend: test.backend,
    op_type: test.opType,
    initiator_seg_type: test.initiatorSegType,
    target_seg_type: test.targetSegType,
    scheme: test.scheme,
    mode: test.mode,
    num_threads: String(test.numThreads),
  };
  return Object.entries(wanted).flatMap(([option, value]) => {
    const told = config[option];
    return told === undefined || told === value ? [] : [`${option} is ${told}, not ${value}`];
  });
}

/** What a rank says of itself. */
export interface NixlbenchIdentity {
  readonly rank: number;
  readonly worldSize: number;
  /** Absent when the rank ended before it was given a role. */
  readonly role?: 'initiator' | 'target';
}

/**
 * The rank and role that the log itself names; undefined when the rank never registered, or when the log speaks of more
 * than one rank and so is not one rank's.
 */
export function nixlbenchIdentity(lines: readonly string[]): NixlbenchIdentity | undefined {
  const all = lines.flatMap((line) => /Registered as rank (\d{1,6}) item \d+ of (\d{1,6})/.exec(line) ?? []);
  const [registered, rank, worldSize, ...more] = all;
  if (registered === undefined || more.some((text) => !all.slice(0, 3).includes(text))) return undefined;
  const roles = new Set(
    lines.flatMap((line) => /Init nixl worker, dev .{0,200} type (initiator|target)/.exec(line)?.[1] ?? []),
  );
  const [role] = roles;
  return {
    rank: Number(rank),
    worldSize: Number(worldSize),
    ...(roles.size === 1 && (role === 'initiator' || role === 'target') ? { role } : {}),
  };
}

/** The line that shows that the first rank is registered, so that the second one may start. */
export const NIXLBENCH_REGISTERED = /ETCD Runtime: Registered as rank \d+/;
