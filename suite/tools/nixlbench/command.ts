import { optionText } from './options.js';
import type { NixlbenchSpec } from './spec.js';

/**
 * Defaults of nixlbench 0.7.1 for options that are passed only when they differ, so that older images accept the command
 * line.
 */
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
 * Returns the arguments of one rank. Both ranks get the same arguments, because the order of registration determines the
 * role.
 *
 * @param group `--benchmark_group`; never use one twice, because a failed run leaves keys that break the next one
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
  const further = Object.entries(test.options ?? {}).map(([name, value]) => [name, optionText(value)] as const);
  return [
    ...Object.entries(options).filter(([name, value]) => UNLESS_DEFAULT[name as keyof typeof UNLESS_DEFAULT] !== value),
    ...further,
  ].map(([name, value]) => `--${name}=${value}`);
}

/** Returns the flags that `nixlbench --help` lists. */
export function flagsOf(help: string): ReadonlySet<string> {
  return new Set([...help.matchAll(/^[ \t]*-{1,2}([a-z][a-z0-9_]*)/gm)].map((match) => match[1] ?? ''));
}

/** Returns the flags of a nixlbench command line that its `--help` does not list. */
export function unknownFlags(args: readonly string[], help: string): string[] {
  const known = flagsOf(help);
  return args.map((arg) => arg.replace(/^--/, '').split('=', 1)[0] ?? '').filter((flag) => !known.has(flag));
}
