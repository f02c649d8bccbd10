import assert from 'node:assert/strict';
import type { EngineWorker, WorkerRole } from '../../../../suite/engines/engine.js';
import { mocker } from '../../../../suite/engines/mocker/mocker.js';
import {
  ENGINE_KINDS,
  engineOf,
  engineSpec,
  isSimulatedEngine,
  simulatedKvRate,
  simulationOf,
} from '../../../../suite/engines/registry.js';
import { trtllm } from '../../../../suite/engines/trtllm/trtllm.js';

function worker(role: WorkerRole, more: Partial<EngineWorker> = {}): EngineWorker {
  return {
    role,
    model: { name: 'm' },
    transfer: { backend: 'UCX', tensorParallel: 2, tokensPerBlock: 64, kvCacheType: 'fp8' },
    simulatedKv: {},
    ...more,
  };
}

function argumentOf(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option);
  return index < 0 ? undefined : args[index + 1];
}

describe('the registry of engines', () => {
  it('has TensorRT-LLM as the default, without arguments of the user', () => {
    assert.deepEqual(engineSpec.parse(undefined), { kind: 'trtllm', extraArguments: [] });
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

describe('engine TensorRT-LLM', () => {
  const overridesOf = (role: WorkerRole): unknown =>
    JSON.parse(argumentOf(trtllm.arguments(worker(role)), '--override-engine-args') ?? '');
  const common = { tensor_parallel_size: 2, kv_cache_config: { dtype: 'fp8', tokens_per_block: 64 } };
  const transceiver = { cache_transceiver_config: { backend: 'NIXL' } };

  it('transfers the KV cache over NIXL between prefill and decode workers only', () => {
    assert.deepEqual(overridesOf('prefill'), { ...common, ...transceiver, disable_overlap_scheduler: true });
    assert.deepEqual(overridesOf('decode'), { ...common, ...transceiver });
    assert.deepEqual(overridesOf('worker'), common);
  });

  it('chooses the NIXL back end of the spec', () => {
    assert.deepEqual(trtllm.environment(worker('decode')), { TRTLLM_NIXL_KVCACHE_BACKEND: 'UCX' });
  });

  it('gives a disaggregated worker its role, and loads the model from its path', () => {
    const args = trtllm.arguments(worker('prefill', { model: { name: 'm', path: '/models/m' } }));
    assert.equal(argumentOf(args, '--disaggregation-mode'), 'prefill');
    assert.equal(argumentOf(args, '--model-path'), '/models/m');
    assert.equal(argumentOf(args, '--served-model-name'), 'm');
    assert.ok(!trtllm.arguments(worker('worker')).includes('--disaggregation-mode'));
  });
});

describe('the simulated engine', () => {
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
