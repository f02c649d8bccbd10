import assert from 'node:assert/strict';
import { endsAtZone } from '../../../../suite/cluster/zone-border.js';
import { fabricKindOf } from '../../../../suite/fabrics/registry.js';
import { spec } from '../../../support/candidates.js';

it('only a fabric that does not connect two zones needs both nodes in one', () => {
  assert.equal(endsAtZone(fabricKindOf(spec().fabric)), true);
  const { fabric } = spec({ fabric: { kind: 'ethernet', rate: '100Gbit/s', interface: 'eth0' } });
  assert.equal(endsAtZone(fabricKindOf(fabric)), false);
});
