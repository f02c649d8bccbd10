import { z } from 'zod';
import { devices } from '../../schema/grammar.js';
import { bytes, choice, strict } from '../../schema/schema.js';
import { testFields } from '../../schema/test-fields.js';

export const nixlbenchSpec = strict({
  ...testFields,
  tool: z.literal('nixlbench'),
  backend: choice('back end', ['LIBFABRIC', 'UCX']).meta({ description: 'NIXL back end (--backend)' }),
  initiatorSegType: choice('segment type', ['VRAM', 'DRAM'])
    .default('VRAM')
    .meta({ description: 'memory of the initiator (--initiator_seg_type)' }),
  targetSegType: choice('segment type', ['VRAM', 'DRAM'])
    .default('VRAM')
    .meta({ description: 'memory of the target (--target_seg_type)' }),
  scheme: choice('scheme', ['pairwise', 'manytoone', 'onetomany', 'tp'])
    .default('pairwise')
    .meta({ description: 'communication pattern (--scheme)' }),
  mode: choice('mode', ['SG', 'MG'])
    .default('SG')
    .meta({ description: 'SG: one process for each device; MG: one process for all devices (--mode)' }),
  opType: choice('operation', ['WRITE', 'READ'])
    .default('WRITE')
    .meta({ description: 'direction of the transfers (--op_type)' }),
  checkConsistency: z
    .boolean()
    .default(false)
    .meta({ description: 'compare the received bytes with the sent ones (--check_consistency)' }),
  totalBufferSize: bytes().prefault('8Gi').meta({ description: 'size of the registered buffer (--total_buffer_size)' }),
  startBlockSize: bytes()
    .prefault('4Ki')
    .meta({ description: 'smallest block; it doubles in each row (--start_block_size)' }),
  maxBlockSize: bytes().prefault('64Mi').meta({ description: 'largest block (--max_block_size)' }),
  startBatchSize: z.int().min(1).default(1).meta({
    description: 'smallest number of blocks in one transfer; it doubles up to maxBatchSize (--start_batch_size)',
  }),
  maxBatchSize: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: 'largest number of blocks in one transfer (--max_batch_size)' }),
  numIter: z.int().min(1).default(1000).meta({ description: 'number of iterations of each row (--num_iter)' }),
  warmupIter: z
    .int()
    .min(0)
    .default(100)
    .meta({ description: 'number of iterations before the first that counts (--warmup_iter)' }),
  largeBlkIterFtr: z
    .int()
    .min(1)
    .default(16)
    .meta({ description: 'divisor of the iterations for blocks above 1 MiB (--large_blk_iter_ftr)' }),
  numThreads: z.int().min(1).default(1).meta({ description: 'number of threads of each rank (--num_threads)' }),
  numInitiatorDev: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: 'number of devices of the initiator (--num_initiator_dev)' }),
  numTargetDev: z.int().min(1).default(1).meta({ description: 'number of devices of the target (--num_target_dev)' }),
  enablePt: z.boolean().default(false).meta({ description: "use NIXL's progress thread (--enable_pt)" }),
  progressThreads: z.int().min(0).default(0).meta({ description: 'number of progress threads (--progress_threads)' }),
  enableVmm: z
    .boolean()
    .default(false)
    .meta({ description: "allocate VRAM with CUDA's virtual memory management (--enable_vmm)" }),
  deviceList: devices('a list of devices')
    .default('all')
    .meta({ description: 'devices that NIXL can use, separated by commas (--device_list)' }),
  options: z
    .record(
      z.string().max(100),
      z.union([z.boolean(), z.int(), z.string().max(500)], { error: 'expected true, false, a whole number or a text' }),
    )
    .optional()
    .meta({
      description:
        'further options of nixlbench by the name of the flag, such as pipeline_depth or recreate_xfer; set-up checks that the image knows them',
    }),
});

export type NixlbenchSpec = z.output<typeof nixlbenchSpec>;
