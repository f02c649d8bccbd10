import type { ModelConfig } from '../spec/model-config.js';

/** Why a size is not known, and what to set so that it is. */
export interface UnknownKv {
  readonly unknown: string;
}

/** Kinds of layers that keep a key and a value of every token. */
const KEEPS_ALL: ReadonlySet<string> = new Set(['full_attention', 'attention']);

/** Kinds of layers that keep a state of fixed size for a request, or nothing. */
const KEEPS_NONE: ReadonlySet<string> = new Set(['linear_attention', 'mamba', 'conv', 'mlp', 'moe']);

/** Fields of hybrid models that say which layers have attention in ways that are not read here. */
const UNREAD = ['attn_layer_indices', 'attn_type_list', 'block_configs', 'linear_attn_config'] as const;

/**
 * Layers that keep a key and a value of every token of a prompt: all of them, or in a hybrid model those with full
 * attention. Unknown where some keep a window of the tokens only, because what they send depends on the prompt and on the
 * engine, and where the config says it in a way that is not known here.
 */
export function layersWithKv(config: ModelConfig): number | UnknownKv {
  const hybrid = hybridLayers(config);
  if (hybrid === 0) return { unknown: `no layer keeps a KV cache by the model’s config; ${GIVE_TYPES}` };
  if (hybrid !== undefined) return hybrid;
  const unread = UNREAD.find((field) => config[field] !== undefined && config[field] !== null);
  if (unread) return { unknown: `which layers keep KV is in ${unread}, which is not read; ${GIVE_TYPES}` };
  const window = windowField(config);
  return window ? withWindow(window) : config.num_hidden_layers;
}

const GIVE_TYPES =
  'give dynamo.model.config with layer_types, one for each layer: full_attention where it keeps KV, else linear_attention';

/** Layers with full attention; undefined when the model is no hybrid. */
function hybridLayers(config: ModelConfig): number | UnknownKv | undefined {
  const { num_hidden_layers: layers, hybrid_override_pattern: pattern } = config;
  const types = config.layer_types ?? config.layers_block_type;
  if (types) {
    const other = types.find((type) => !KEEPS_ALL.has(type) && !KEEPS_NONE.has(type));
    if (other === undefined) return types.filter((type) => KEEPS_ALL.has(type)).length;
    if (/^(?:sliding|chunked)_/.test(other)) return withWindow(`layer_types: ${other}`);
    return { unknown: `how much KV a layer of type ${other} keeps is not known; ${GIVE_TYPES}` };
  }
  if (pattern) return pattern.split('*').length - 1;
  const { attn_layer_period: period, attn_layer_offset: offset } = config;
  if (period) return Array.from({ length: layers }).filter((_, i) => i % period === (offset ?? 0)).length;
  const { full_attention_interval: interval } = config;
  return interval ? Math.floor(layers / interval) : undefined;
}

/** The field by which layers keep the last tokens only; a window as long as the longest prompt keeps all. */
function windowField(config: ModelConfig): string | undefined {
  const { sliding_window, use_sliding_window, attention_chunk_size, max_position_embeddings } = config;
  const cuts = (tokens: number | null | undefined) =>
    tokens !== undefined && tokens !== null && tokens > 0 && tokens < (max_position_embeddings ?? Infinity);
  if (use_sliding_window !== false && cuts(sliding_window)) return 'sliding_window';
  return cuts(attention_chunk_size) ? 'attention_chunk_size' : undefined;
}

function withWindow(field: string): UnknownKv {
  return {
    unknown: `some layers keep the last tokens only (${field}); where every prompt is shorter than that, give dynamo.model.config without it`,
  };
}
