import { z } from 'zod';
import { choice, strict } from '../../schema/schema.js';
import { type Engine, type EngineWorker, extraArguments } from '../engine.js';

const schema = strict({
  kind: z.literal('vllm'),
  kvCacheDtype: choice('KV cache type of vLLM', ['auto', 'bfloat16', 'fp8', 'fp8_e4m3', 'fp8_e5m2'])
    .default('auto')
    .meta({ description: 'type of the KV cache that vLLM gets (--kv-cache-dtype); auto: that of the model' }),
  extraArguments: extraArguments(),
});

type Block = z.output<typeof schema>;

/** Roles of the NixlConnector. */
const KV_ROLES = { prefill: 'kv_producer', decode: 'kv_consumer' } as const;
const DISAGGREGATION_MODES = { prefill: 'prefill', decode: 'decode', worker: 'agg' } as const;

/** Runs vLLM under Dynamo: `python3 -m dynamo.vllm`. The KV cache crosses by vLLM's NixlConnector. */
export const vllm = {
  kind: 'vllm',
  title: 'vLLM',
  schema,
  backendFramework: 'vllm',
  runtimeImage: 'vllm-runtime',
  command: ['python3', '-m', 'dynamo.vllm'],
  // Names: vllm/distributed/kv_transfer/kv_connector/v1/nixl of vLLM 0.31.0. The decode worker reads the blocks, and its
  // figures are those of NIXL's telemetry for each transfer.
  transferRecord: {
    role: 'decode',
    series: {
      transfers: { name: 'vllm:nixl_xfer_time_seconds_count' },
      bytes: { name: 'vllm:nixl_bytes_transferred_sum' },
      descriptors: { name: 'vllm:nixl_num_descriptors_sum' },
      seconds: { name: 'vllm:nixl_xfer_time_seconds_sum' },
      postSeconds: { name: 'vllm:nixl_post_time_seconds_sum' },
      failedTransfers: { name: 'vllm:nixl_num_failed_transfers_total' },
      failedNotifications: { name: 'vllm:nixl_num_failed_notifications_total' },
      expiredRequests: { name: 'vllm:nixl_num_kv_expired_reqs_total' },
    },
  },
  predictedOptions: {
    '--block-size': 'transfer.tokensPerBlock',
    '--tensor-parallel-size': 'transfer.tensorParallel',
    '-tp': 'transfer.tensorParallel',
    '--kv-cache-dtype': 'engine.kvCacheDtype',
  },
  kvElementType: ({ kvCacheDtype }) => (kvCacheDtype === 'auto' || kvCacheDtype === 'bfloat16' ? kvCacheDtype : 'fp8'),
  descriptorsPerBlock: (layers) => layers,

  arguments({ role, block, model, transfer, gpus }: EngineWorker<Block>): string[] {
    return [
      '--model',
      model.path ?? model.name,
      '--served-model-name',
      model.name,
      '--disaggregation-mode',
      DISAGGREGATION_MODES[role],
      '--tensor-parallel-size',
      String(transfer.tensorParallel),
      '--block-size',
      String(transfer.tokensPerBlock),
      '--kv-cache-dtype',
      block.kvCacheDtype,
      ...(role === 'worker' ? [] : ['--kv-transfer-config', JSON.stringify(connector(role, transfer.backend, gpus))]),
    ];
  },

  /** The decode worker finds the prefill worker at this address, by default at localhost. */
  environment(): Record<string, string> {
    return { VLLM_HOST_IP: '$(POD_IP)', VLLM_NIXL_SIDE_CHANNEL_HOST: '$(POD_IP)' };
  },
} as const satisfies Engine<Block>;

function connector(role: 'prefill' | 'decode', backend: string, gpus: number): object {
  return {
    kv_connector: 'NixlConnector',
    kv_role: KV_ROLES[role],
    kv_buffer_device: gpus > 0 ? 'cuda' : 'cpu',
    kv_connector_extra_config: { backends: [backend] },
  };
}
