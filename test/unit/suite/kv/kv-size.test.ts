import assert from 'node:assert/strict';
import { knownKv, kvSize, unknownKv } from '../../../../suite/kv/kv-size.js';
import { predictTransfer, rateAt } from '../../../../suite/kv/kv-transfer.js';
import { rateOfDescriptor } from '../../../../suite/kv/transfer-curve.js';

const LLAMA_8B = {
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  hidden_size: 4096,
  torch_dtype: 'bfloat16',
};

const known = (...input: Parameters<typeof kvSize>) => knownKv(kvSize(...input));
const unknown = (...input: Parameters<typeof kvSize>) => unknownKv(kvSize(...input)) ?? 'known';

describe('KV bytes of a prompt token', () => {
  it('are a key and a value for each KV head of each layer: 128 KiB for Llama 3.1 8B', () => {
    assert.equal(known(LLAMA_8B, 'auto', 1)?.bytesPerToken, 131_072);
    assert.equal(known(LLAMA_8B, 'auto', 1)?.layers, 32);
  });

  it('are 320 KiB for Llama 3.1 70B, whose head size follows from the hidden size', () => {
    const config = { ...LLAMA_8B, num_hidden_layers: 80, num_attention_heads: 64, hidden_size: 8192 };
    assert.equal(known(config, 'auto', 1)?.bytesPerToken, 327_680);
  });

  it('use head_dim where the config has one: 112 KiB for Qwen3 0.6B', () => {
    const config = { ...LLAMA_8B, num_hidden_layers: 28, num_attention_heads: 16, hidden_size: 1024, head_dim: 128 };
    assert.equal(known(config, 'auto', 1)?.bytesPerToken, 114_688);
  });

  it('halve with an fp8 cache', () => {
    assert.equal(known(LLAMA_8B, 'fp8', 1)?.bytesPerToken, 65_536);
  });

  it('are shared by the ranks of tensor parallelism', () => {
    const size = known(LLAMA_8B, 'auto', 4);
    assert.equal(size?.bytesPerTokenAndRank, 32_768);
    assert.equal(size?.bytesPerToken, 131_072);
  });

  it('are doubled when there are fewer heads than ranks', () => {
    const size = known(LLAMA_8B, 'auto', 16);
    assert.equal(size?.bytesPerTokenAndRank, 16_384);
    assert.equal(size?.bytesPerToken, 262_144);
  });

  it('are one latent vector a layer for DeepSeek V3, whole in each rank', () => {
    const config = {
      num_hidden_layers: 61,
      num_attention_heads: 128,
      hidden_size: 7168,
      kv_lora_rank: 512,
      qk_rope_head_dim: 64,
      dtype: 'bfloat16',
    };
    assert.equal(known(config, 'auto', 8)?.bytesPerTokenAndRank, 61 * 576 * 2);
    assert.equal(known(config, 'auto', 8)?.layers, 61);
  });

  it('are unknown for a type of unknown size', () => {
    assert.match(unknown({ ...LLAMA_8B, torch_dtype: 'int3' }, 'auto', 1), /type int3 has an unknown size; set dynamo/);
    assert.match(unknown(LLAMA_8B, 'nvfp4', 1), /type nvfp4 has an unknown size$/);
  });

  it('are unknown for a quantized model, whose KV cache may be fp8, until the type is said', () => {
    const quantized = { ...LLAMA_8B, quantization_config: { quant_method: 'fp8' } };
    assert.match(unknown(quantized, 'auto', 1), /is quantized .*set dynamo\.transfer\.kvCacheType to fp8/);
    assert.equal(known(quantized, 'fp8', 1)?.bytesPerToken, 65_536);
    assert.equal(known(quantized, 'bfloat16', 1)?.bytesPerToken, 131_072);
    assert.equal(known({ ...LLAMA_8B, quantization_config: null }, 'auto', 1)?.bytesPerToken, 131_072);
  });

  const ofLayer = 131_072 / 32;
  const types = (...names: string[]) => Array.from({ length: 32 / names.length }, () => names).flat();
  const hybrids: readonly [string, object, number][] = [
    [
      'Qwen3-Next, by its list of layers',
      { layer_types: types('linear_attention', 'linear_attention', 'linear_attention', 'full_attention') },
      8,
    ],
    ['Qwen3-Next, by its interval', { full_attention_interval: 4, num_hidden_layers: 10 }, 2],
    ['Granite 4, which calls it attention', { layer_types: types('mamba', 'mamba', 'mamba', 'attention') }, 8],
    ['Jamba', { attn_layer_period: 8, attn_layer_offset: 4 }, 4],
    ['Nemotron-H', { hybrid_override_pattern: 'M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-' }, 4],
    ['a model whose layers all have full attention', { layer_types: types('full_attention'), sliding_window: 512 }, 32],
  ];
  for (const [model, fields, layers] of hybrids) {
    it(`are those of the layers with full attention: ${model}`, () => {
      const size = known({ ...LLAMA_8B, ...fields }, 'auto', 1);
      assert.deepEqual([size?.bytesPerToken, size?.layers], [layers * ofLayer, layers]);
    });
  }

  const unclear: readonly [string, object, RegExp][] = [
    [
      'some layers keep a window',
      { layer_types: types('sliding_attention', 'full_attention') },
      /only the last tokens \(layer_types: sliding/,
    ],
    [
      'all layers keep a window',
      { sliding_window: 4096, max_position_embeddings: 32768 },
      /only the last tokens \(sliding_window\); if every prompt/,
    ],
    ['layers attend to chunks', { attention_chunk_size: 8192 }, /only the last tokens \(attention_chunk_size\)/],
    [
      'a type of layer is new',
      { layer_types: types('hybrid') },
      /KV size of a layer of type hybrid is unknown; set layer_types/,
    ],
    [
      'the layers differ in a way that is not read',
      { block_configs: [{}] },
      /layers with a KV cache in block_configs, which the suite does not read; set/,
    ],
    ['no layer has attention', { layer_types: types('mamba') }, /no layer has a KV cache/],
  ];
  for (const [why, fields, expected] of unclear) {
    it(`are unknown where ${why}, with what to give`, () => {
      assert.match(unknown({ ...LLAMA_8B, ...fields }, 'auto', 1), expected);
    });
  }

  it('do not depend on a window that is switched off, or as long as the longest prompt', () => {
    const off = { sliding_window: 4096, use_sliding_window: false };
    const long = { sliding_window: 262_144, max_position_embeddings: 131_072 };
    for (const fields of [off, long, { sliding_window: null }]) {
      assert.equal(known({ ...LLAMA_8B, ...fields }, 'auto', 1)?.bytesPerToken, 131_072);
    }
  });
});

describe('time of a KV transfer', () => {
  const curve = {
    test: 'lf',
    ceiling: 50e9,
    rows: [
      { blockSize: 2 ** 20, bytesPerSecond: 10e9 },
      { blockSize: 2 ** 22, bytesPerSecond: 40e9 },
    ],
  };

  it('takes the rate between two measured block sizes from the line over their logarithms', () => {
    assert.equal(rateAt(curve, 2 ** 20), 10e9);
    assert.ok(Math.abs((rateAt(curve, 2 ** 21) ?? 0) - 20e9) < 1);
  });

  it('takes the nearest measured rate outside of the curve', () => {
    assert.equal(rateAt(curve, 4096), 10e9);
    assert.equal(rateAt(curve, 2 ** 30), 40e9);
  });

  const kv = { bytesPerTokenAndRank: 131_072, layers: 32 };
  const predicted = (tokens: number, more: Partial<Parameters<typeof predictTransfer>[0]> = {}) =>
    predictTransfer({ engine: 'vllm', tokens, kv, tokensPerBlock: 32, curve, ...more });

  it('is that of whole blocks: 262 tokens cost as much as 288', () => {
    assert.equal(predicted(262)?.bytes, 288 * 131_072);
    assert.equal(predicted(288)?.bytes, 288 * 131_072);
    assert.match(predicted(262)?.explanation ?? '', /^288 tokens \(262 fill the last block of 32\) × 128 KiB = 36 MiB/);
  });

  it('takes the rate at the size of a descriptor: one layer of a block', () => {
    const small = { ...curve, rows: [...curve.rows, { blockSize: 2 ** 17, bytesPerSecond: 1e9 }] };
    const prediction = predicted(3200, { curve: small });
    assert.equal(prediction?.descriptorSize, 2 ** 17);
    assert.equal(prediction?.atMeasuredRate, (3200 * 131_072) / 1e9);
    assert.equal(prediction?.atCeiling, (3200 * 131_072) / 50e9);
    assert.match(prediction?.explanation ?? '', /in descriptors of 128 KiB \(32 in a block\)/);
    assert.equal(predicted(3200, { curve: small, engine: 'sglang' })?.descriptorSize, 2 ** 16);
    assert.equal(rateOfDescriptor(small, 'vllm', { ...kv, bytesPerToken: 131_072, explanation: '' }, 32), 1e9);
  });

  it('takes the rate at the size of a block where an older record has no number of layers, and says so', () => {
    const prediction = predicted(3200, { kv: { bytesPerTokenAndRank: 131_072 } });
    assert.equal(prediction?.descriptorSize, 2 ** 22);
    assert.equal(prediction?.atMeasuredRate, (3200 * 131_072) / 40e9);
    assert.match(prediction?.explanation ?? '', /in blocks of 4 MiB, because the record has no number of layers/);
  });

  it('is that of the tokens of the prompt for a simulated engine, at the rate of a whole block', () => {
    const prediction = predicted(262, { engine: 'mocker' });
    assert.equal(prediction?.bytes, 262 * 131_072);
    assert.equal(prediction?.descriptorSize, 2 ** 22);
  });

  it('is unknown without a measured row', () => {
    assert.equal(predicted(1, { curve: { ...curve, rows: [] } }), undefined);
  });
});
