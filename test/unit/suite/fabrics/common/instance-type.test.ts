import assert from 'node:assert/strict';
import { fabricOfSpec, unknownFabric } from '../../../../../suite/fabrics/common/instance-type.js';

const GBIT = 1e9 / 8;

describe('fabric of an instance type', () => {
  it('is the entry of the catalogue when the kinds agree', () => {
    assert.equal(fabricOfSpec('infiniband', {}, 'Standard_ND96isr_H100_v5')?.nics, 8);
    assert.equal(fabricOfSpec('efa', {}, 'Standard_ND96isr_H100_v5'), undefined);
    assert.equal(fabricOfSpec('roce', { instanceType: 'a3-ultragpu-8g' }, 'p5.48xlarge')?.nics, 8);
  });

  it('is what the spec declares, also without GPUs', () => {
    const declared = fabricOfSpec('efa', { nics: 2, nicRate: 100 * GBIT, gpus: 0 }, 'x9.huge');
    assert.deepEqual([declared?.gpus, declared?.nicsPerGpu, declared?.source], [0, 2, 'declared in the spec']);
  });

  it('keeps the limit of a node when only the NICs change, not when their rate does', () => {
    assert.equal(fabricOfSpec('efa', { nics: 4 }, 'p6e-gb200.36xlarge')?.nodeRate, 1600 * GBIT);
    assert.equal(fabricOfSpec('efa', { nicRate: 800 * GBIT }, 'p6e-gb200.36xlarge')?.nodeRate, undefined);
  });

  it('names the kind that the instance type has', () => {
    const { message, hint } = unknownFabric('efa', {}, 'Standard_ND96isr_H100_v5');
    assert.equal(message, 'Standard_ND96isr_H100_v5 has InfiniBand, but fabric.kind is "efa"');
    assert.match(hint, /^Set fabric.kind to "infiniband"/);
  });

  it('says why a3-megagpu-8g cannot be measured', () => {
    const { message, hint } = unknownFabric('roce', {}, 'a3-megagpu-8g');
    assert.match(message, /^a3-megagpu-8g has GPUDirect-TCPXO/);
    assert.match(hint, /a3-ultragpu-8g/);
  });

  it('names the sizes of the family that have EFA', () => {
    const { message, hint } = unknownFabric('efa', {}, 'g5.xlarge');
    assert.equal(message, 'g5.xlarge is not among the instance types with EFA that AWS lists');
    assert.match(hint, /^Use one of its family that is: g5\.8xlarge, /);
  });

  it('suggests a few similar names for an unknown type', () => {
    const { message, hint } = unknownFabric('infiniband', {}, 'Standard_ND96isr_H100v5');
    assert.match(message, /the NICs of instance type Standard_ND96isr_H100v5 are unknown/);
    assert.match(hint, /if the nodes are like Standard_ND96isr_H100_v5/);
    assert.ok(hint.length < 400, hint);
    assert.doesNotMatch(unknownFabric('efa', {}, 'my-lab-machine').hint, /if the nodes are like/);
  });
});
