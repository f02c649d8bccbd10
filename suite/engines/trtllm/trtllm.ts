import { z } from 'zod';
import { strict } from '../../schema/schema.js';
import { type Engine, type EngineWorker, extraArguments } from '../engine.js';

const schema = strict({
  kind: z.literal('trtllm'),
  extraArguments: extraArguments(),
});

/** Runs TensorRT-LLM under Dynamo: `python3 -m dynamo.trtllm`. */
export const trtllm = {
  kind: 'trtllm',
  title: 'trtllm',
  schema,
  backendFramework: 'trtllm',
  command: ['python3', '-m', 'dynamo.trtllm'],

  arguments(worker: EngineWorker): string[] {
    const { role, model } = worker;
    return [
      '--model-path',
      model.path ?? model.name,
      '--served-model-name',
      model.name,
      ...(role === 'worker' ? [] : ['--disaggregation-mode', role]),
      '--override-engine-args',
      JSON.stringify(engineConfig(worker)),
    ];
  },

  /** Without the variable, or without the plugin in the image, TensorRT-LLM silently uses another NIXL back end. */
  environment({ transfer }: EngineWorker): Record<string, string> {
    return { TRTLLM_NIXL_KVCACHE_BACKEND: transfer.backend };
  },
} as const satisfies Engine<z.output<typeof schema>>;

/** Builds TensorRT-LLM's configuration of one worker for `--override-engine-args`. */
function engineConfig({ role, transfer }: EngineWorker): object {
  return {
    tensor_parallel_size: transfer.tensorParallel,
    kv_cache_config: { dtype: transfer.kvCacheType, tokens_per_block: transfer.tokensPerBlock },
    // Without this key, TensorRT-LLM disables the KV transfer.
    ...(role === 'worker' ? {} : { cache_transceiver_config: { backend: 'NIXL' } }),
    // A prefill worker does not start with the overlap scheduler.
    ...(role === 'prefill' ? { disable_overlap_scheduler: true } : {}),
  };
}
