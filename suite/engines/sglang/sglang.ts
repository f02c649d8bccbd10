import { z } from 'zod';
import { choice, strict } from '../../schema/schema.js';
import { type Engine, type EngineWorker, extraArguments, type KvElementType } from '../engine.js';

const schema = strict({
  kind: z.literal('sglang'),
  kvCacheDtype: choice('KV cache type of SGLang', ['auto', 'bf16', 'fp8_e4m3', 'fp8_e5m2'])
    .default('auto')
    .meta({ description: 'type of the KV cache that SGLang gets (--kv-cache-dtype); auto: that of the model' }),
  extraArguments: extraArguments(),
});

type Block = z.output<typeof schema>;

/** Port at which decode workers find a prefill worker, as in the examples of Dynamo. */
const BOOTSTRAP_PORT = '12345';
const BYTES_PER_MB = 2 ** 20;
const SECONDS_PER_MS = 1e-3;

/** Runs SGLang under Dynamo: `python3 -m dynamo.sglang`. Written from the documents of SGLang and Dynamo; not run. */
export const sglang = {
  kind: 'sglang',
  title: 'SGLang',
  schema,
  backendFramework: 'sglang',
  runtimeImage: 'sglang-runtime',
  command: ['python3', '-m', 'dynamo.sglang'],
  // Names: python/sglang/srt/observability/metrics_collector.py. The prefill worker writes the blocks.
  transferRecord: {
    role: 'prefill',
    series: {
      transfers: { name: 'sglang:kv_transfer_latency_ms_count' },
      bytes: { name: 'sglang:kv_transfer_total_mb_sum', unit: BYTES_PER_MB },
      seconds: { name: 'sglang:kv_transfer_latency_ms_sum', unit: SECONDS_PER_MS },
      failedTransfers: { name: 'sglang:num_transfer_failed_reqs_total' },
    },
  },
  predictedOptions: {
    '--page-size': 'transfer.tokensPerBlock',
    '--tp': 'transfer.tensorParallel',
    '--tp-size': 'transfer.tensorParallel',
    '--tensor-parallel-size': 'transfer.tensorParallel',
    '--kv-cache-dtype': 'engine.kvCacheDtype',
  },
  kvElementType({ kvCacheDtype }): KvElementType {
    if (kvCacheDtype === 'auto') return 'auto';
    return kvCacheDtype === 'bf16' ? 'bfloat16' : 'fp8';
  },
  // Keys and values of a layer are separate pieces of memory.
  descriptorsPerBlock: (layers) => 2 * layers,

  arguments({ role, block, model, transfer }: EngineWorker<Block>): string[] {
    return [
      '--model-path',
      model.path ?? model.name,
      '--served-model-name',
      model.name,
      '--tp',
      String(transfer.tensorParallel),
      '--page-size',
      String(transfer.tokensPerBlock),
      '--kv-cache-dtype',
      block.kvCacheDtype,
      // Without it, the worker shows no series of the engine. The control gets it too, because counting costs time.
      '--enable-metrics',
      ...(role === 'worker'
        ? []
        : [
            '--disaggregation-mode',
            role,
            '--disaggregation-transfer-backend',
            'nixl',
            '--disaggregation-bootstrap-port',
            BOOTSTRAP_PORT,
            '--host',
            '0.0.0.0',
          ]),
    ];
  },

  /** SGLang uses UCX without this variable. */
  environment({ transfer }: EngineWorker<Block>): Record<string, string> {
    return { SGLANG_DISAGGREGATION_NIXL_BACKEND: transfer.backend };
  },
} as const satisfies Engine<Block>;
