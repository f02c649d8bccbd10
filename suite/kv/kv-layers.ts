import type { ModelConfig } from '../spec/model-config.js';

/** Reason why the size of the KV cache is unknown, with the key to set. */
export interface UnknownKv {
  readonly unknown: string;
}

/** Types of layers that keep a key and a value of every token. */
const FULL_KV: ReadonlySet<string> = new Set(['full_attention', 'attention']);

/** Types of layers that keep a state of fixed size for a request, or nothing. */
const NO_KV: ReadonlySet<string> = new Set(['linear_attention', 'mamba', 'conv', 'mlp', 'moe']);

/** Fields of hybrid models that describe the layers with attention in a form that the suite does not read. */
const UNSUPPORTED_FIELDS = ['attn_layer_indices', 'attn_type_list', 'block_configs', 'linear_attn_config'] as const;

/**
 * Counts the layers that keep a key and a value of every token of a prompt: all layers, or in a hybrid model those with
 * full attention. The number is unknown when some layers keep only a window of the tokens, because their transfer then
 * depends on the prompt and on the engine, and when the config describes the layers in an unsupported form.
 */
export function layersWithKv(config: ModelConfig): number | UnknownKv {
  const hybrid = hybridLayers(config);
  if (hybrid === 0) return { unknown: `according to the model’s config, no layer has a KV cache; ${SET_TYPES}` };
  if (hybrid !== undefined) return hybrid;
  const unsupported = UNSUPPORTED_FIELDS.find((field) => config[field] !== undefined && config[field] !== null);
  if (unsupported)
    return {
      unknown: `the model’s config describes the layers with a KV cache in ${unsupported}, which the suite does not read; ${SET_TYPES}`,
    };
  const window = windowField(config);
  return window ? withWindow(window) : config.num_hidden_layers;
}

const SET_TYPES =
  'set layer_types in dynamo.model.config, one for each layer: full_attention for a layer with a KV cache, otherwise linear_attention';

/** Counts the layers with full attention; undefined when the model is not a hybrid. */
function hybridLayers(config: ModelConfig): number | UnknownKv | undefined {
  const { num_hidden_layers: layers, hybrid_override_pattern: pattern } = config;
  const types = config.layer_types ?? config.layers_block_type;
  if (types) {
    const other = types.find((type) => !FULL_KV.has(type) && !NO_KV.has(type));
    if (other === undefined) return types.filter((type) => FULL_KV.has(type)).length;
    if (/^(?:sliding|chunked)_/.test(other)) return withWindow(`layer_types: ${other}`);
    return { unknown: `the KV size of a layer of type ${other} is unknown; ${SET_TYPES}` };
  }
  if (pattern) return pattern.split('*').length - 1;
  const { attn_layer_period: period, attn_layer_offset: offset } = config;
  if (period) return Array.from({ length: layers }).filter((_, i) => i % period === (offset ?? 0)).length;
  const { full_attention_interval: interval } = config;
  return interval ? Math.floor(layers / interval) : undefined;
}

/** Finds the field that limits layers to the last tokens. A window as long as the longest prompt is not a limit. */
function windowField(config: ModelConfig): string | undefined {
  const { sliding_window, use_sliding_window, attention_chunk_size, max_position_embeddings } = config;
  const limits = (tokens: number | null | undefined) =>
    tokens !== undefined && tokens !== null && tokens > 0 && tokens < (max_position_embeddings ?? Infinity);
  if (use_sliding_window !== false && limits(sliding_window)) return 'sliding_window';
  return limits(attention_chunk_size) ? 'attention_chunk_size' : undefined;
}

function withWindow(field: string): UnknownKv {
  return {
    unknown: `some layers keep only the last tokens (${field}); if every prompt is shorter than that, set dynamo.model.config without this field`,
  };
}
