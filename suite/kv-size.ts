import { z } from 'zod';

/**
 * How many bytes the KV cache of one prompt token has: what a disaggregated cluster must send from prefill to decode for
 * every token of a prompt.
 */

const count = z.int().min(1);

/** The fields of a Hugging Face `config.json` from which the size follows; others are passed over. */
export const modelConfig = z.object({
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.optional(),
  hidden_size: count,
  head_dim: count.nullish(),
  torch_dtype: z.string().optional(),
  dtype: z.string().optional(),
  kv_lora_rank: count.nullish(),
  qk_rope_head_dim: count.nullish(),
});

export type ModelConfig = z.output<typeof modelConfig>;

const BYTES_OF_TYPE: Readonly<Record<string, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  fp8: 1,
  float8_e4m3fn: 1,
};

export interface KvSize {
  /** Of one prompt token, in all ranks of the engine together. */
  readonly bytesPerToken: number;
  /** Of one prompt token, in one rank: what one GPU pair carries. */
  readonly bytesPerTokenAndRank: number;
  /** The formula with its inputs. */
  readonly explanation: string;
}

/**
 * KV bytes of one prompt token.
 *
 * Attention with grouped heads keeps a key and a value for each KV head of each layer: `2 × layers × KV heads × head size
 * × bytes`. Multi-head latent attention (DeepSeek) keeps one compressed vector: `layers × (kv_lora_rank +
 * qk_rope_head_dim) × bytes`. With tensor parallelism each rank keeps its share of the heads, at least one: heads are
 * doubled when there are fewer than ranks; the latent vector is kept whole by each.
 *
 * @param kvCacheType of the cache; `auto`: that of the model
 * @returns undefined when the type's size is not known
 */
export function kvSize(config: ModelConfig, kvCacheType: string, tensorParallel: number): KvSize | undefined {
  const type = kvCacheType === 'auto' ? (config.torch_dtype ?? config.dtype ?? 'unknown') : kvCacheType;
  const bytes = BYTES_OF_TYPE[type];
  if (bytes === undefined) return undefined;
  const layers = config.num_hidden_layers;
  if (config.kv_lora_rank != null && config.qk_rope_head_dim != null) {
    const perRank = layers * (config.kv_lora_rank + config.qk_rope_head_dim) * bytes;
    return {
      bytesPerToken: perRank * tensorParallel,
      bytesPerTokenAndRank: perRank,
      explanation: `${layers} layers × (${config.kv_lora_rank} + ${config.qk_rope_head_dim}) × ${bytes} B (${type}), in each of ${tensorParallel} ranks`,
    };
  }
  const heads = config.num_key_value_heads ?? config.num_attention_heads;
  const headSize = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const headsOfRank = Math.max(1, heads / tensorParallel);
  const perRank = 2 * layers * headsOfRank * headSize * bytes;
  return {
    bytesPerToken: perRank * tensorParallel,
    bytesPerTokenAndRank: perRank,
    explanation: `2 × ${layers} layers × ${heads} KV heads × ${headSize} × ${bytes} B (${type})${tensorParallel > 1 ? `, over ${tensorParallel} ranks` : ''}`,
  };
}
