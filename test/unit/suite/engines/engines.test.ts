import assert from 'node:assert/strict';
import type { EngineWorker, WorkerRole } from '../../../../suite/engines/engine.js';
import { mocker } from '../../../../suite/engines/mocker/mocker.js';
import {
  countedKvType,
  ENGINE_KINDS,
  engineOf,
  engineSpec,
  isSimulatedEngine,
  simulatedKvRate,
  simulationOf,
} from '../../../../suite/engines/registry.js';
import { sglang } from '../../../../suite/engines/sglang/sglang.js';
import { trtllm } from '../../../../suite/engines/trtllm/trtllm.js';
import { vllm } from '../../../../suite/engines/vllm/vllm.js';

function workerOf<Block>(block: Block) {
  return (role: WorkerRole, more: Partial<EngineWorker<Block>> = {}): EngineWorker<Block> => ({
    role,
    block,
    model: { name: 'm' },
    transfer: { backend: 'UCX', tensorParallel: 2, tokensPerBlock: 64 },
    gpus: 2,
    simulatedKv: {},
    ...more,
  });
}

function argumentOf(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option);
  return index < 0 ? undefined : args[index + 1];
}

describe('the registry of engines', () => {
  it('has TensorRT-LLM as the default, without arguments of the user', () => {
    assert.deepEqual(engineSpec.parse(undefined), { kind: 'trtllm', kvCacheDtype: 'auto', extraArguments: [] });
  });

  it('finds the engine of every kind in a spec', () => {
    for (const kind of ENGINE_KINDS) assert.equal(engineOf(engineSpec.parse({ kind })).kind, kind);
  });

  it('knows simulated engines by their kind; an unknown one of a later version is not simulated', () => {
    assert.deepEqual(
      ['mocker', 'trtllm', 'later', undefined].map((kind) => [isSimulatedEngine(kind), simulationOf(kind)?.warning]),
      [
        [true, mocker.simulation.warning],
        [false, undefined],
        [false, undefined],
        [false, undefined],
      ],
    );
  });

  it('gives the KV rate of the spec for a simulated engine, and none for a real one', () => {
    assert.equal(simulatedKvRate(engineSpec.parse({ kind: 'mocker', kvTransferRate: '1GB/s' })), 1e9);
    assert.equal(simulatedKvRate(engineSpec.parse({ kind: 'mocker' })), 'measured');
    assert.equal(simulatedKvRate(engineSpec.parse({ kind: 'trtllm' })), 'none');
  });
});

describe('the type of the KV cache', () => {
  const counted = (block: object, kvCacheType = 'auto') => countedKvType(engineSpec.parse(block), kvCacheType);

  it('is the one that the engine gets, unless the spec names the one to count', () => {
    assert.equal(counted({ kind: 'trtllm' }), 'auto');
    assert.equal(counted({ kind: 'trtllm', kvCacheDtype: 'fp8' }), 'fp8');
    assert.equal(counted({ kind: 'vllm', kvCacheDtype: 'fp8_e5m2' }), 'fp8');
    assert.equal(counted({ kind: 'vllm', kvCacheDtype: 'bfloat16' }), 'bfloat16');
    assert.equal(counted({ kind: 'sglang', kvCacheDtype: 'bf16' }), 'bfloat16');
    assert.equal(counted({ kind: 'sglang', kvCacheDtype: 'fp8_e4m3' }), 'fp8');
    assert.equal(counted({ kind: 'mocker' }), 'auto');
    assert.equal(counted({ kind: 'trtllm' }, 'bfloat16'), 'bfloat16');
  });

  it('must be one that the engine accepts', () => {
    for (const [kind, dtype] of [
      ['trtllm', 'bfloat16'],
      ['trtllm', 'float16'],
      ['trtllm', 'nvfp4'],
      ['vllm', 'nvfp4'],
      ['sglang', 'fp8'],
    ]) {
      assert.throws(
        () => engineSpec.parse({ kind, kvCacheDtype: dtype }),
        /unknown KV cache type of/,
        `${kind} ${dtype}`,
      );
    }
  });
});

describe('engine TensorRT-LLM', () => {
  const worker = workerOf(trtllm.schema.parse({ kind: 'trtllm', kvCacheDtype: 'fp8' }));
  const overridesOf = (role: WorkerRole): unknown =>
    JSON.parse(argumentOf(trtllm.arguments(worker(role)), '--override-engine-args') ?? '');
  const common = { tensor_parallel_size: 2, kv_cache_config: { dtype: 'fp8', tokens_per_block: 64 } };
  const transceiver = { cache_transceiver_config: { backend: 'NIXL' } };

  it('transfers the KV cache over NIXL between prefill and decode workers only', () => {
    assert.deepEqual(overridesOf('prefill'), { ...common, ...transceiver, disable_overlap_scheduler: true });
    assert.deepEqual(overridesOf('decode'), { ...common, ...transceiver });
    assert.deepEqual(overridesOf('worker'), common);
  });

  it('reserves a buffer for the longest prompt with its template, in whole blocks', () => {
    const args = trtllm.arguments(worker('prefill', { promptTokens: 2000 }));
    const { cache_transceiver_config: transceiver } = JSON.parse(argumentOf(args, '--override-engine-args') ?? '');
    assert.equal(transceiver.max_tokens_in_buffer, 3072);
  });

  it('merges the configuration of the spec into its own, that of the transfer only where there is one', () => {
    const config = {
      kv_cache_config: { free_gpu_memory_fraction: 0.8 },
      cache_transceiver_config: { max_tokens_in_buffer: 8192 },
      disable_overlap_scheduler: false,
      cuda_graph_config: { batch_sizes: [1, 2] },
    };
    const configured = workerOf(trtllm.schema.parse({ kind: 'trtllm', kvCacheDtype: 'fp8', config }));
    const given = (role: WorkerRole) => {
      const args = trtllm.arguments(configured(role, { promptTokens: 100 }));
      return JSON.parse(argumentOf(args, '--override-engine-args') ?? '');
    };
    const merged = {
      tensor_parallel_size: 2,
      kv_cache_config: { dtype: 'fp8', tokens_per_block: 64, free_gpu_memory_fraction: 0.8 },
      disable_overlap_scheduler: false,
      cuda_graph_config: { batch_sizes: [1, 2] },
    };
    const transfer = { cache_transceiver_config: { backend: 'NIXL', max_tokens_in_buffer: 8192 } };
    assert.deepEqual(given('worker'), merged);
    assert.deepEqual(given('decode'), { ...merged, ...transfer });
    assert.deepEqual(given('prefill'), { ...merged, ...transfer, disable_overlap_scheduler: true });
  });

  it('chooses the NIXL back end of the spec', () => {
    assert.equal(trtllm.environment(worker('decode')).TRTLLM_NIXL_KVCACHE_BACKEND, 'UCX');
  });

  it('shows its record of transfers, whose bytes are a histogram, also in a control', () => {
    for (const role of ['decode', 'worker'] as const) {
      assert.equal(trtllm.environment(worker(role)).DYN_TRTLLM_PUBLISH_METRICS, 'true');
    }
    assert.equal(trtllm.transferRecord.series.bytes.name, 'trtllm_kv_transfer_bytes_sum');
  });

  it('gives a disaggregated worker its role, and loads the model from its path', () => {
    const args = trtllm.arguments(worker('prefill', { model: { name: 'm', path: '/models/m' } }));
    assert.equal(argumentOf(args, '--disaggregation-mode'), 'prefill');
    assert.equal(argumentOf(args, '--model-path'), '/models/m');
    assert.equal(argumentOf(args, '--served-model-name'), 'm');
    assert.ok(!trtllm.arguments(worker('worker')).includes('--disaggregation-mode'));
  });
});

describe('engine vLLM', () => {
  const worker = workerOf(vllm.schema.parse({ kind: 'vllm' }));
  const connector = (role: WorkerRole, more: Parameters<typeof worker>[1] = {}): unknown =>
    JSON.parse(argumentOf(vllm.arguments(worker(role, more)), '--kv-transfer-config') ?? 'null');

  it('sends the KV cache by its NixlConnector over the back end of the spec', () => {
    const common = { kv_connector: 'NixlConnector', kv_connector_extra_config: { backends: ['UCX'] } };
    assert.deepEqual(connector('prefill'), { ...common, kv_role: 'kv_producer', kv_buffer_device: 'cuda' });
    assert.deepEqual(connector('decode', { gpus: 0 }), { ...common, kv_role: 'kv_consumer', kv_buffer_device: 'cpu' });
    assert.equal(connector('worker'), null);
  });

  it('gets role, block size, ranks and the type of the cache', () => {
    const args = vllm.arguments(worker('worker', { model: { name: 'm', path: '/models/m' } }));
    assert.deepEqual(
      [
        '--model',
        '--served-model-name',
        '--disaggregation-mode',
        '--tensor-parallel-size',
        '--block-size',
        '--kv-cache-dtype',
      ].map((option) => argumentOf(args, option)),
      ['/models/m', 'm', 'agg', '2', '64', 'auto'],
    );
    assert.equal(argumentOf(vllm.arguments(worker('decode')), '--disaggregation-mode'), 'decode');
  });

  it('announces the address of its pod, not localhost', () => {
    assert.deepEqual(vllm.environment(), { VLLM_HOST_IP: '$(POD_IP)', VLLM_NIXL_SIDE_CHANNEL_HOST: '$(POD_IP)' });
  });
});

describe('engine SGLang', () => {
  const worker = workerOf(sglang.schema.parse({ kind: 'sglang', kvCacheDtype: 'bf16' }));

  it('sends the KV cache over NIXL, with the back end of the spec in its environment', () => {
    const args = sglang.arguments(worker('decode'));
    assert.deepEqual(
      ['--disaggregation-mode', '--disaggregation-transfer-backend', '--tp', '--page-size', '--kv-cache-dtype'].map(
        (option) => argumentOf(args, option),
      ),
      ['decode', 'nixl', '2', '64', 'bf16'],
    );
    assert.equal(argumentOf(sglang.arguments(worker('worker')), '--disaggregation-mode'), undefined);
    assert.deepEqual(sglang.environment(worker('prefill')), { SGLANG_DISAGGREGATION_NIXL_BACKEND: 'UCX' });
  });

  it('shows its record of transfers, also in a control', () => {
    for (const role of ['prefill', 'decode', 'worker'] as const) {
      assert.ok(sglang.arguments(worker(role)).includes('--enable-metrics'));
    }
  });
});

describe('the simulated engine', () => {
  const worker = workerOf(mocker.schema.parse({ kind: 'mocker' }));

  it('gets its KV rate in GB/s and the bytes of a token', () => {
    const args = mocker.arguments(worker('decode', { simulatedKv: { rate: 2.5e9, bytesPerToken: 131_072 } }));
    assert.equal(argumentOf(args, '--kv-transfer-bandwidth'), '2.5');
    assert.equal(argumentOf(args, '--kv-bytes-per-token'), '131072');
  });

  it('does not pause without a rate', () => {
    const args = mocker.arguments(worker('worker'));
    assert.equal(argumentOf(args, '--kv-transfer-bandwidth'), '0');
    assert.equal(argumentOf(args, '--kv-bytes-per-token'), undefined);
  });
});
