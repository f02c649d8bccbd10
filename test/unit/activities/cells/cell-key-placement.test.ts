import assert from 'node:assert/strict';
import { cellKey } from '../../../../activities/cells/cell-key.js';
import { podSettings } from '../../../../suite/spec/pod-settings.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

/** Key of the only cell of a test with these options. */
function keyOf(options: object): string {
  const spec = parseSpec({ name: 's', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', ...options }] });
  const [test] = spec.tests;
  assert.ok(test);
  return cellKey({
    test,
    variant: '',
    settings: podSettings(spec, test),
    pair: { node1: 'gpu-1', node2: 'gpu-2' },
    repetition: 1,
    warmUp: false,
    imageIds: ['sha256:1'],
    fabric: spec.fabric,
  });
}

describe('the key of a cell by placement', () => {
  it('is that of an earlier version without a placement, and with the default one', () => {
    assert.equal(keyOf({}), '2390f676e2d4ec8291fb061caa8b2fbc9a286dcc7897aa85d64b9bcb3a673fa1');
    assert.equal(keyOf({ placement: 'two-nodes' }), keyOf({}));
  });

  it('differs for a control within one node, and for another number of GPUs', () => {
    assert.equal(new Set([keyOf({}), keyOf({ placement: 'same-node' }), keyOf({ gpus: 4 })]).size, 3);
  });
});
