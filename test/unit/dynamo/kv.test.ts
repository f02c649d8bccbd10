import assert from 'node:assert/strict';
import { kvSize } from '../../../suite/kv-size.js';
import { predictTransfer, rateAt } from '../../../suite/kv-transfer.js';

const LLAMA_8B = {
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  hidden_size: 4096,
  torch_dtype: 'bfloat16',
};

describe('KV bytes of a prompt token', () => {
  it('are a key and a value for each KV head of each layer: 128 KiB for Llama 3.1 8B', () => {
    assert.equal(kvSize(LLAMA_8B, 'auto', 1)?.bytesPerToken, 131_072);
  });

  it('are 320 KiB for Llama 3.1 70B, whose head size follows from the hidden size', () => {
    const config = { ...LLAMA_8B, num_hidden_layers: 80, num_attention_heads: 64, hidden_size: 8192 };
    assert.equal(kvSize(config, 'auto', 1)?.bytesPerToken, 327_680);
  });

  it('use head_dim where the config has one: 112 KiB for Qwen3 0.6B', () => {
    const config = { ...LLAMA_8B, num_hidden_layers: 28, num_attention_heads: 16, hidden_size: 1024, head_dim: 128 };
    assert.equal(kvSize(config, 'auto', 1)?.bytesPerToken, 114_688);
  });

  it('halve with an fp8 cache', () => {
    assert.equal(kvSize(LLAMA_8B, 'fp8', 1)?.bytesPerToken, 65_536);
  });

  it('are shared by the ranks of tensor parallelism', () => {
    const size = kvSize(LLAMA_8B, 'auto', 4);
    assert.equal(size?.bytesPerTokenAndRank, 32_768);
    assert.equal(size?.bytesPerToken, 131_072);
  });

  it('are doubled when there are fewer heads than ranks', () => {
    const size = kvSize(LLAMA_8B, 'auto', 16);
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
    assert.equal(kvSize(config, 'auto', 8)?.bytesPerTokenAndRank, 61 * 576 * 2);
  });

  it('are unknown for a type of unknown size', () => {
    assert.equal(kvSize({ ...LLAMA_8B, torch_dtype: 'int3' }, 'auto', 1), undefined);
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

  it('is tokens times bytes over the rate at the size of a KV block', () => {
    const prediction = predictTransfer({ tokens: 3000, bytesPerTokenAndRank: 131_072, tokensPerBlock: 32, curve });
    assert.equal(prediction?.blockSize, 2 ** 22);
    assert.equal(prediction?.atMeasuredRate, (3000 * 131_072) / 40e9);
    assert.equal(prediction?.atCeiling, (3000 * 131_072) / 50e9);
  });

  it('is unknown without a measured row', () => {
    const empty = { ...curve, rows: [] };
    assert.equal(predictTransfer({ tokens: 1, bytesPerTokenAndRank: 1, tokensPerBlock: 1, curve: empty }), undefined);
  });
});
