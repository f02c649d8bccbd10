import type { ModelConfig } from '../spec/model-config.js';
import { layersWithKv, type UnknownKv } from './kv-layers.js';

/**
 * Size of the KV cache of one prompt token, which a disaggregated deployment must send from prefill to decode for every
 * token of a prompt.
 */

const BYTES_OF_TYPE: Readonly<Record<string, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  fp8: 1,
  float8_e4m3fn: 1,
};

export interface KvSize {
  /** Bytes of one prompt token in total over all ranks of the engine. */
  readonly bytesPerToken: number;
  /** Bytes of one prompt token in one rank, which one GPU pair transfers. */
  readonly bytesPerTokenAndRank: number;
  /** Layers that keep a KV cache; undefined in records of earlier versions. */
  readonly layers?: number | undefined;
  /** The formula with its inputs. */
  readonly explanation: string;
}

/**
 * Computes the KV bytes of one prompt token.
 *
 * Attention with grouped heads keeps a key and a value for each KV head of each layer: `2 × layers × KV heads × head size
 * × bytes`. Multi-head latent attention (DeepSeek) keeps one compressed vector: `layers × (kv_lora_rank +
 * qk_rope_head_dim) × bytes`. With tensor parallelism, each rank keeps its share of the heads, at least one: heads are
 * duplicated when they are fewer than the ranks. Each rank keeps the whole latent vector. In a hybrid model only the layers
 * with full attention count, because the others keep a state of the request and not of its tokens.
 *
 * A quantized checkpoint may set the type of the cache (`kv_cache_quant_algo`). An engine with the type `auto` uses that
 * type, so the type of the model does not determine the size.
 *
 * @param kvCacheType type of the cache; `auto` is the type of the model
 * @param tensorParallel number of ranks
 */
export function kvSize(config: ModelConfig, kvCacheType: string, tensorParallel: number): KvSize | UnknownKv {
  if (kvCacheType === 'auto' && config.quantization_config) {
    return {
      unknown:
        'the model is quantized (quantization_config), and with kvCacheType auto the engine may keep an fp8 KV cache; set dynamo.transfer.kvCacheType to fp8, bfloat16 or float16',
    };
  }
  const type = kvCacheType === 'auto' ? (config.torch_dtype ?? config.dtype ?? 'unknown') : kvCacheType;
  const bytes = BYTES_OF_TYPE[type];
  if (bytes === undefined) {
    const remedy = '; set dynamo.transfer.kvCacheType, or torch_dtype in dynamo.model.config';
    return { unknown: `the KV cache type ${type} has an unknown size${kvCacheType === 'auto' ? remedy : ''}` };
  }
  const layers = layersWithKv(config);
  if (typeof layers === 'object') return layers;
  if (config.kv_lora_rank != null && config.qk_rope_head_dim != null) {
    const perRank = layers * (config.kv_lora_rank + config.qk_rope_head_dim) * bytes;
    return {
      bytesPerToken: perRank * tensorParallel,
      bytesPerTokenAndRank: perRank,
      layers,
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
    layers,
    explanation: `2 × ${layers} layers × ${heads} KV heads × ${headSize} × ${bytes} B (${type})${tensorParallel > 1 ? `, over ${tensorParallel} ranks` : ''}`,
  };
}

/** Returns the size if it is known, otherwise undefined. */
export function knownKv(size: KvSize | UnknownKv | undefined): KvSize | undefined {
  return size && 'bytesPerToken' in size ? size : undefined;
}

/** Returns the reason why the size is unknown; undefined when it is known. */
export function unknownKv(size: KvSize | UnknownKv | undefined): string | undefined {
  return size && 'unknown' in size ? size.unknown : undefined;
}
