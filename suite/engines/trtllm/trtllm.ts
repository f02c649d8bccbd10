import { z } from 'zod';
import { choice, strict } from '../../schema/schema.js';
import { type Engine, type EngineWorker, extraArguments } from '../engine.js';
import { type EngineConfig, engineConfig, mergeConfigs } from './engine-config.js';

const schema = strict({
  kind: z.literal('trtllm'),
  // Several releases stop with "Overriding KV cache quantization with an invalid type" for any other name but nvfp4, whose size
  // with its scales is not known here.
  kvCacheDtype: choice('KV cache type of TensorRT-LLM', ['auto', 'fp8'])
    .default('auto')
    .meta({ description: 'type of the KV cache that TensorRT-LLM gets; auto: that of the checkpoint' }),
  config: engineConfig().optional().meta({
    description:
      'TensorRT-LLM configuration of every worker, which is merged into the one that the suite passes with --override-engine-args, for example {"kv_cache_config": {"free_gpu_memory_fraction": 0.8}}',
  }),
  extraArguments: extraArguments(),
});

type Block = z.output<typeof schema>;

/** Tokens by which the template of a chat can make a prompt longer than the load requests. */
const TEMPLATE_TOKENS = 1024;

/** Runs TensorRT-LLM under Dynamo: `python3 -m dynamo.trtllm`. */
export const trtllm = {
  kind: 'trtllm',
  title: 'TensorRT-LLM',
  schema,
  backendFramework: 'trtllm',
  runtimeImage: 'tensorrtllm-runtime',
  command: ['python3', '-m', 'dynamo.trtllm'],
  // Names: components/src/dynamo/trtllm/metrics.py of Dynamo 1.6.1.
  transferRecord: {
    role: 'decode',
    series: {
      transfers: { name: 'trtllm_kv_transfer_latency_seconds_count' },
      bytes: { name: 'trtllm_kv_transfer_bytes_sum' },
      seconds: { name: 'trtllm_kv_transfer_latency_seconds_sum' },
    },
  },
  predictedOptions: { '--tensor-parallel-size': 'transfer.tensorParallel' },
  // A second `--override-engine-args` removes that of the suite, a worker with both it and `--trtllm.KEY` does not start, and its
  // kv_cache_config replaces the one with the fraction.
  conflictingOptions: {
    '--override-engine-args': 'engine.config',
    '--trtllm.': 'engine.config',
    '--free-gpu-memory-fraction': 'engine.config.kv_cache_config.free_gpu_memory_fraction',
  },
  kvElementType: ({ kvCacheDtype }) => kvCacheDtype,
  descriptorsPerBlock: (layers) => layers,

  arguments(worker: EngineWorker<Block>): string[] {
    const { role, model } = worker;
    return [
      '--model-path',
      model.path ?? model.name,
      '--served-model-name',
      model.name,
      ...(role === 'worker' ? [] : ['--disaggregation-mode', role]),
      '--override-engine-args',
      JSON.stringify(configOf(worker)),
    ];
  },

  /**
   * Without the first variable, or without the plugin in the image, TensorRT-LLM silently uses another NIXL back end. Without
   * the second one, the worker shows no series of the engine; the control gets it too, because counting costs time. It is a
   * variable, because earlier versions of Dynamo do not start with an unknown argument.
   */
  environment({ transfer }: EngineWorker<Block>): Record<string, string> {
    return { TRTLLM_NIXL_KVCACHE_BACKEND: transfer.backend, DYN_TRTLLM_PUBLISH_METRICS: 'true' };
  },
} as const satisfies Engine<Block>;

/** Builds TensorRT-LLM's configuration of one worker for `--override-engine-args`. */
function configOf({ role, block, transfer, promptTokens }: EngineWorker<Block>): EngineConfig {
  const { cache_transceiver_config: transceiver, ...config } = block.config ?? {};
  const ofSuite = {
    tensor_parallel_size: transfer.tensorParallel,
    kv_cache_config: { dtype: block.kvCacheDtype, tokens_per_block: transfer.tokensPerBlock },
  };
  const merged = mergeConfigs(ofSuite, config);
  if (role === 'worker') return merged;
  // Without this key, TensorRT-LLM disables the KV transfer.
  const ofTransfer = { cache_transceiver_config: { backend: 'NIXL', ...buffer(promptTokens, transfer) } };
  return {
    ...merged,
    ...mergeConfigs(ofTransfer, transceiver === undefined ? {} : { cache_transceiver_config: transceiver }),
    // A prefill worker does not start with the overlap scheduler.
    ...(role === 'prefill' ? { disable_overlap_scheduler: true } : {}),
  };
}

/** A buffer that is smaller than a prompt can block the workers forever (known issue of TensorRT-LLM). */
function buffer(promptTokens: number | undefined, { tokensPerBlock }: EngineWorker['transfer']) {
  if (promptTokens === undefined) return {};
  const blocks = Math.ceil((promptTokens + TEMPLATE_TOKENS) / tokensPerBlock);
  return { max_tokens_in_buffer: blocks * tokensPerBlock };
}
