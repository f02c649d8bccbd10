const FLAGS = [
  'backend',
  'etcd_endpoints',
  'benchmark_group',
  'initiator_seg_type',
  'target_seg_type',
  'scheme',
  'mode',
  'op_type',
  'total_buffer_size',
  'start_block_size',
  'max_block_size',
  'start_batch_size',
  'max_batch_size',
  'num_iter',
  'warmup_iter',
  'num_initiator_dev',
  'num_target_dev',
];

/** What `nixlbench --help` prints, as far as the suite reads it: the flags of every test, and those that are named. */
export function nixlbenchHelp(...more: readonly string[]): string {
  return [...FLAGS, ...more].map((flag) => `    -${flag} (x)`).join('\n');
}
