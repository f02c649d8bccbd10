import type { FieldProblem } from '../../schema/test-fields.js';
import { iterationsOf, transfersOf } from './expect.js';
import type { NixlbenchSpec } from './spec.js';

/** Further options of nixlbench, which the suite passes without a key of their own. */

type Options = NonNullable<NixlbenchSpec['options']>;

/** Name of a flag in the grammar of gflags, as the `--help` of nixlbench prints it. */
const FLAG = /^[a-z][a-z0-9_]*$/;

/** Characters of a value: one line of printable ASCII. */
const VALUE = /^[\x20-\x7e]{0,500}$/;

/** Flags that the suite sets itself, with the reason. */
const OF_SUITE: Readonly<Record<string, string>> = {
  etcd_endpoints: 'the suite passes the etcd of the run',
  benchmark_group: 'each attempt has its own group',
  runtime_type: 'the ranks find each other over etcd',
  asio_address: 'the ranks find each other over etcd',
  asio_port: 'the ranks find each other over etcd',
  worker_type: 'the suite measures NIXL',
};

/** Flags of gflags and nixlbench that read further options, hide unknown ones, or end the program. */
const CONTROL = /^(?:config_file|flagfile|fromenv|tryfromenv|undefok|help.*|version|tab_completion.*)$/;

/** Flags of back ends that the suite does not measure (src/utils/utils.cpp, 0.7.1 to 1.4.0). */
const OTHER_BACK_END =
  /^(?:filepath|filenames|num_files|(?:storage|gds|gds_mt|posix|obj|azure|azure_blob|hf3fs|gusli|infinia|gpunetio|randomize_location)_.*)$/;

const BOOLEANS = ['recreate_xfer', 'reregister_mem', 'prepared_xfer', 'use_hugepages'] as const;

/** Bytes of a huge page, to which `use_hugepages` rounds the buffer up. */
const HUGE_PAGE = 2 ** 21;

/** Returns an option's value as nixlbench reads and prints it. */
export function optionText(value: boolean | number | string): string {
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}

/** Returns the options as text, for the description of a test: `pipeline_depth=4, recreate_xfer=1`. */
export function optionsText({ options = {} }: NixlbenchSpec): string {
  return Object.entries(options)
    .map(([name, value]) => `${name}=${optionText(value)}`)
    .join(', ');
}

/**
 * Finds options that the suite cannot pass, or whose figures it could not judge.
 *
 * @param keys keys of a nixlbench test in the spec
 */
export function optionProblems(test: NixlbenchSpec, keys: readonly string[]): FieldProblem[] {
  const { options = {} } = test;
  const messages = Object.entries(options).flatMap(
    ([name, value]) => refusalOf(name, keys) ?? valueProblem(name, value) ?? [],
  );
  return [...messages, ...(messages.length > 0 ? [] : combinations(test, options))].map((message) => ({
    path: 'options',
    message,
  }));
}

/** Explains why an option cannot be passed; undefined when it can. */
function refusalOf(name: string, keys: readonly string[]): string | undefined {
  if (!FLAG.test(name)) {
    return `"${name}" is not the name of a flag; write it as nixlbench --help prints it, without dashes: pipeline_depth`;
  }
  // gflags: --noenable_pt is --enable_pt=false.
  const positive = name.replace(/^no_?/, '');
  const key = [name, positive].map(camelCase).find((candidate) => keys.includes(candidate));
  if (key !== undefined) return `"${name}" has a key of the test; remove it and set ${key}`;
  const reason = OF_SUITE[name];
  if (reason !== undefined) return `"${name}" is set by the suite: ${reason}; remove it`;
  if (CONTROL.test(name))
    return `"${name}" does not set one option of the benchmark; remove it, and list each option here`;
  if (OTHER_BACK_END.test(name)) {
    return `"${name}" belongs to a storage or GPUNETIO back end, and the suite measures LIBFABRIC and UCX; remove it`;
  }
  if (positive !== name && (BOOLEANS as readonly string[]).includes(positive)) {
    return `"${name}" negates an option; set "${positive}": false`;
  }
  return undefined;
}

function valueProblem(name: string, value: boolean | number | string): string | undefined {
  if ((BOOLEANS as readonly string[]).includes(name) && typeof value !== 'boolean') {
    return `"${name}" must be true or false`;
  }
  if (name === 'pipeline_depth' && !(typeof value === 'number' && value >= 1)) {
    return '"pipeline_depth" must be a whole number from 1';
  }
  if (typeof value === 'string' && !VALUE.test(value)) {
    return `"${name}" must be one line of at most 500 printable ASCII characters`;
  }
  return undefined;
}

function combinations(test: NixlbenchSpec, options: Options): string[] {
  const found: string[] = [];
  if (options.reregister_mem === true && options.recreate_xfer === false) {
    found.push('"reregister_mem" makes nixlbench recreate each transfer; remove "recreate_xfer": false');
  }
  if (options.use_hugepages === true && test.totalBufferSize % HUGE_PAGE !== 0) {
    found.push('"use_hugepages" needs a totalBufferSize that is a multiple of 2 MiB');
  }
  const depth = Number(options.pipeline_depth ?? 1);
  if (depth > 1 && test.scheme !== 'pairwise' && transfersOf(test) > 1) {
    found.push(
      `"pipeline_depth" needs scheme pairwise: with ${test.scheme} and overlapping transfers, the table does not show how many devices its bandwidth counts`,
    );
  }
  // `execTransferLoop` in src/worker/nixl/nixl_worker.cpp caps the depth to the iterations of a thread, and then stops when
  // the depth no longer divides the descriptors.
  const fewest = fewestIterations(test);
  if (depth > fewest) {
    found.push(
      `"pipeline_depth" is ${depth}, but some rows have only ${fewest} iterations or warm-up iterations for each thread; decrease it, or increase numIter and warmupIter`,
    );
  }
  return found;
}

/** Returns the fewest iterations of a thread in one row, of the warm-up or of the measurement. */
function fewestIterations(test: NixlbenchSpec): number {
  const counts = [test.numIter, ...(test.warmupIter > 0 ? [test.warmupIter] : [])];
  return Math.min(...counts.map((count) => iterationsOf(test, count, test.maxBlockSize) / test.numThreads));
}

function camelCase(flag: string): string {
  return flag.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
