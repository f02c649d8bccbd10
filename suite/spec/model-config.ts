import { z } from 'zod';

const count = z.int().min(1);
const some = z.unknown().optional();

/**
 * Fields of a Hugging Face `config.json` that determine the size of the KV cache; others are ignored. Fields of hybrid
 * models have the names of Transformers, Jamba (`attn_layer_*`), Qwen3-Next (`full_attention_interval`) and Nemotron-H
 * (`hybrid_override_pattern`).
 */
export const modelConfig = z.object({
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.optional(),
  hidden_size: count,
  head_dim: count.nullish(),
  torch_dtype: z.string().max(100).optional(),
  dtype: z.string().max(100).optional(),
  kv_lora_rank: count.nullish(),
  qk_rope_head_dim: count.nullish(),
  quantization_config: z.record(z.string(), some).nullish(),
  layer_types: z.array(z.string().max(300)).nullish(),
  layers_block_type: z.array(z.string().max(300)).nullish(),
  hybrid_override_pattern: z.string().max(2000).nullish(),
  attn_layer_period: count.nullish(),
  attn_layer_offset: z.int().min(0).nullish(),
  full_attention_interval: count.nullish(),
  sliding_window: z.int().min(0).nullish(),
  use_sliding_window: z.boolean().nullish(),
  attention_chunk_size: z.int().min(0).nullish(),
  max_position_embeddings: count.nullish(),
  attn_layer_indices: some,
  attn_type_list: some,
  block_configs: some,
  linear_attn_config: some,
});

export type ModelConfig = z.output<typeof modelConfig>;
