import assert from 'node:assert/strict';
import { efa } from '../../../../suite/fabrics/efa/kind.js';
import { ceilingOf, isAboveCeiling } from '../../../../suite/hardware/fabric.js';
import { instanceFabric, instanceTypes } from '../../../../suite/hardware/instances/catalogue.js';

const GB = 1e9;

function fabric(instanceType: string) {
  const found = instanceFabric(instanceType);
  assert.ok(found, instanceType);
  return found;
}

describe('fabric catalogue', () => {
  const ceilings: readonly [string, number, number, number][] = [
    ['p4d.24xlarge', 12.5, 12.5, 50],
    ['p4de.24xlarge', 12.5, 12.5, 50],
    ['p5.48xlarge', 12.5, 50, 400],
    ['p5e.48xlarge', 12.5, 50, 400],
    ['p5en.48xlarge', 25, 50, 400],
    ['p6-b200.48xlarge', 50, 50, 400],
    ['p6-b300.48xlarge', 50, 100, 800],
    ['g6e.48xlarge', 12.5, 12.5, 50],
    ['trn1n.32xlarge', 12.5, 12.5, 200],
    ['trn2.48xlarge', 25, 25, 400],
  ];
  for (const [instanceType, nic, pair, node] of ceilings) {
    it(`${instanceType} carries ${nic} GB/s a NIC, ${pair} GB/s a GPU pair, ${node} GB/s a node`, () => {
      const found = fabric(instanceType);
      assert.deepEqual(
        (['nic', 'gpu-pair', 'node'] as const).map((scope) => ceilingOf(found, scope).bytesPerSecond / GB),
        [nic, pair, node],
      );
      assert.deepEqual(instanceFabric(`ml.${instanceType}`), found);
    });
  }

  it('says of every entry where it comes from', () => {
    const withEfa = instanceTypes().filter((type) => instanceFabric(type)?.kind === 'efa');
    assert.ok(withEfa.includes('p5.48xlarge'));
    for (const name of withEfa) assert.match(fabric(name).source, /Amazon EC2/);
  });

  it('does not know what it does not know, nor what every object has', () => {
    assert.equal(instanceFabric('m5.large'), undefined);
    assert.equal(instanceFabric('constructor'), undefined);
  });

  it('has no more in a ceiling than the pod was given', () => {
    assert.equal(ceilingOf(fabric('p5.48xlarge'), 'gpu-pair', 1).bytesPerSecond, 12.5 * GB);
    assert.equal(ceilingOf(fabric('p5.48xlarge'), 'node', 33).nics, 32);
  });

  it('takes what the spec says over the catalogue, and names that', () => {
    const found = efa.fabricOf({ kind: 'efa', nics: 16 }, 'p5.48xlarge');
    assert.deepEqual([found?.nics, found?.lineRate, found?.nicsPerGpu], [16, 12.5 * GB, 2]);
    assert.match(found?.source ?? '', /changed in the spec/);
    assert.deepEqual(efa.fabricOf({ kind: 'efa' }, 'ml.p5.48xlarge'), fabric('p5.48xlarge'));
    assert.deepEqual(
      efa.fabricOf({ kind: 'efa', instanceType: 'p4d.24xlarge' }, 'p5.48xlarge'),
      fabric('p4d.24xlarge'),
    );
  });

  it('takes an instance type that it does not know when the spec says all of it', () => {
    assert.equal(efa.fabricOf({ kind: 'efa', nics: 2, nicRate: 5 * GB }, 'x9.huge'), undefined);
    assert.deepEqual(efa.fabricOf({ kind: 'efa', nics: 2, nicRate: 5 * GB, gpus: 1 }, 'x9.huge'), {
      kind: 'efa',
      nics: 2,
      lineRate: 5 * GB,
      gpus: 1,
      nicsPerGpu: 2,
      source: 'declared in the spec',
    });
  });

  it('finds a figure impossible above 102 % of the ceiling, not before', () => {
    const ceiling = { bytesPerSecond: 50 * GB };
    assert.equal(isAboveCeiling({ bytesPerSecond: 50.99 * GB }, ceiling), false);
    assert.equal(isAboveCeiling({ bytesPerSecond: 51.01 * GB }, ceiling), true);
  });
});
