import assert from 'node:assert/strict';
import { checkSpec } from '../../../../suite/spec/spec.js';

const LF = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };

function problems(test: object): string[] {
  const checked = checkSpec({ name: 's', tests: [{ ...LF, ...test }] });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('the placement of both ranks', () => {
  it('is one of two words', () => {
    assert.deepEqual(problems({ placement: 'same-node' }), []);
    assert.deepEqual(problems({ placement: 'two-nodes' }), []);
    assert.match(problems({ placement: 'samenode' }).join(), /tests\[0\]\.placement: unknown placement "samenode"/);
  });

  it('permits a rank without NICs only on one node', () => {
    assert.deepEqual(problems({ placement: 'same-node', nics: 0 }), []);
    assert.match(problems({ nics: 0 }).join(), /tests\[0\]\.nics: .*same-node/);
  });

  it('has no ceiling for an efficiency on one node', () => {
    const expect = { minEfficiency: 0.9 };
    assert.deepEqual(problems({ expect }), []);
    assert.match(problems({ placement: 'same-node', expect }).join(), /minBandwidth/);
    assert.deepEqual(problems({ placement: 'same-node', expect: { minBandwidth: '100GB/s' } }), []);
  });

  it('predicts no KV transfer between nodes', () => {
    const dynamo = { model: { name: 'm' }, transfer: { predictFrom: 'lf' }, tests: [{ name: 'l', tool: 'inference' }] };
    const checked = checkSpec({ name: 's', tests: [{ ...LF, placement: 'same-node' }], dynamo });
    assert.ok('problems' in checked);
    assert.match(checked.problems.map(({ message }) => message).join(), /within one node/);
  });
});
