import assert from 'node:assert/strict';
import { countedKvType, engineSpec } from '../../../suite/engines/registry.js';
import type { DynamoSpec } from '../../../suite/spec/dynamo-spec.js';
import { currentInput } from '../../../workflows/inference/current-input.js';

/** The blocks that an input of this or an earlier version has after the conversion. */
function converted(engine: object, kvCacheType: string) {
  const dynamo = { environment: { A: 'b' }, engine, transfer: { kvCacheType, baseline: 't' } };
  return currentInput({ spec: { name: 's' }, dynamo: dynamo as unknown as DynamoSpec }).dynamo;
}

describe('the input of an inference test from an earlier version', () => {
  it('gives the engine the type that it got from transfer.kvCacheType, where the engine has that type', () => {
    const typeOf = (kvCacheType: string) => {
      const { engine } = converted({ kind: 'trtllm', extraArguments: ['--x'] }, kvCacheType);
      assert.deepEqual(engine.extraArguments, ['--x']);
      return [engine.kind === 'trtllm' && engine.kvCacheDtype, countedKvType(engine, kvCacheType)];
    };
    assert.deepEqual(typeOf('fp8'), ['fp8', 'fp8']);
    assert.deepEqual(typeOf('auto'), ['auto', 'auto']);
    assert.deepEqual(typeOf('bfloat16'), ['auto', 'bfloat16']);
  });

  it('keeps a block of this version, and that of an engine without the type', () => {
    const current = engineSpec.parse({ kind: 'vllm' });
    assert.deepEqual(converted(current, 'fp8').engine, current);
    const mocker = { kind: 'mocker', extraArguments: [] };
    assert.deepEqual(converted(mocker, 'fp8').engine, mocker);
  });

  it('has the current names of its keys', () => {
    const { env, transfer } = converted({ kind: 'mocker', extraArguments: [] }, 'auto');
    assert.deepEqual([env, transfer.predictFrom], [{ A: 'b' }, 't']);
  });
});
