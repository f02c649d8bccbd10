import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { hashOf } from '../../../../activities/cells/cell-key.js';
import { ceilingOf, ceilingOfCards } from '../../../../suite/hardware/fabric.js';
import {
  instanceFabric,
  instanceOf,
  instanceTypes,
  PROVIDERS,
  unmeasuredInstance,
} from '../../../../suite/hardware/instances/catalogue.js';
import { similarTypes } from '../../../../suite/hardware/instances/similar-types.js';

const GBIT = 1e9 / 8;

function listedByAws() {
  const path = new URL('../../../../../test/fixtures/instances/ec2-efa-types.txt', import.meta.url);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const [read, write, family, ...sizes] = line.split(' ');
      const rdma = write === 'yes' ? 'read-write' : read === 'yes' ? 'read' : 'none';
      return sizes.map((size) => ({ type: `${family}.${size}`, rdma }));
    });
}

function found(type: string) {
  const instance = instanceOf(type);
  assert.ok(instance, type);
  return instance;
}

describe('catalogue of instance types', () => {
  it('has every type with EFA that AWS lists, with its RDMA', () => {
    const listed = listedByAws();
    assert.ok(listed.length > 300);
    const unlike = listed.filter(({ type, rdma }) => instanceOf(type)?.rdma !== rdma && !unmeasuredInstance(type));
    assert.deepEqual(unlike, []);
  });

  it('has EFA in no type that AWS does not list', () => {
    const listed = new Set(listedByAws().map(({ type }) => type));
    const others = instanceTypes().filter((type) => instanceFabric(type)?.kind === 'efa' && !listed.has(type));
    assert.deepEqual(others, []);
  });

  // NICs × Gbit/s of one, GPUs, Gbit/s of the node.
  const figures: readonly [type: string, kind: string, nics: number, gbit: number, gpus: number, node: number][] = [
    ['g7e.8xlarge', 'efa', 1, 100, 1, 100],
    ['g7e.12xlarge', 'efa', 1, 400, 2, 400],
    ['g7e.24xlarge', 'efa', 2, 400, 4, 800],
    ['g7e.48xlarge', 'efa', 4, 400, 8, 1600],
    ['g6.12xlarge', 'efa', 1, 40, 4, 40],
    ['gr6.8xlarge', 'efa', 1, 25, 1, 25],
    ['g5.48xlarge', 'efa', 1, 100, 8, 100],
    ['trn2.3xlarge', 'efa', 1, 200, 1, 200],
    ['hpc6a.48xlarge', 'efa', 1, 100, 0, 100],
    ['hpc6id.32xlarge', 'efa', 2, 170, 0, 200],
    ['hpc7a.96xlarge', 'efa', 2, 150, 0, 300],
    ['hpc7g.16xlarge', 'efa', 1, 200, 0, 200],
    ['hpc8a.96xlarge', 'efa', 2, 150, 0, 300],
    ['c5n.18xlarge', 'efa', 1, 100, 0, 100],
    ['c6in.32xlarge', 'efa', 2, 170, 0, 200],
    ['c7gn.16xlarge', 'efa', 1, 200, 0, 200],
    ['c8gn.48xlarge', 'efa', 2, 300, 0, 600],
    ['p6e-gb300r.36xlarge', 'roce', 8, 400, 4, 3200],
    ['Standard_ND96isr_H100_v5', 'infiniband', 8, 400, 8, 3200],
    ['Standard_ND96isr_H200_v5', 'infiniband', 8, 400, 8, 3200],
    ['Standard_ND96amsr_A100_v4', 'infiniband', 8, 200, 8, 1600],
    ['Standard_HB176-24rs_v4', 'infiniband', 1, 400, 0, 400],
    ['a3-ultragpu-8g', 'roce', 8, 400, 8, 3200],
    ['a4-highgpu-8g', 'roce', 8, 400, 8, 3200],
    ['BM.GPU.H100.8', 'roce', 16, 200, 8, 3200],
    ['BM.GPU.H200.8', 'roce', 8, 400, 8, 3200],
    ['BM.GPU.A100-v2.8', 'roce', 16, 100, 8, 1600],
    ['gd-8xh100ib-i128', 'infiniband', 8, 400, 8, 3200],
  ];
  for (const [type, kind, nics, gbit, gpus, node] of figures) {
    it(`${type}: ${kind}, ${nics} × ${gbit} Gbit/s, ${gpus} GPUs, ${node} Gbit/s a node`, () => {
      const { fabric } = found(type);
      assert.deepEqual(
        [
          fabric.kind,
          fabric.nics,
          fabric.lineRate / GBIT,
          fabric.gpus,
          ceilingOf(fabric, 'node').bytesPerSecond / GBIT,
        ],
        [kind, nics, gbit, gpus, node],
      );
    });
  }

  it('limits both layouts of p6e-gb200.36xlarge to 1600 Gbit/s a node and 400 Gbit/s a GPU', () => {
    const { fabric } = found('p6e-gb200.36xlarge');
    for (const given of [4, 8]) {
      assert.equal(ceilingOf(fabric, 'node', given).bytesPerSecond, 1600 * GBIT);
      assert.equal(ceilingOf(fabric, 'gpu-pair', given).bytesPerSecond, 400 * GBIT);
      assert.equal(ceilingOf(fabric, 'nic', given).bytesPerSecond, 400 * GBIT);
    }
    assert.equal(ceilingOf(fabric, 'node', 2).bytesPerSecond, 800 * GBIT);
    assert.equal(ceilingOfCards(fabric, 'node', 8, '8').bytesPerSecond, 1600 * GBIT);
    assert.equal(ceilingOf(fabric, 'node').explanation, '8 × 400 Gbit/s, at most 1600 Gbit/s of a node');
  });

  it('lets all NICs of a node without GPUs serve one process', () => {
    assert.equal(found('hpc7a.96xlarge').fabric.nicsPerGpu, 2);
    assert.equal(ceilingOf(found('c6in.32xlarge').fabric, 'gpu-pair').bytesPerSecond, 200 * GBIT);
  });

  it('keeps the entries that cell keys of recorded cells contain', () => {
    const recorded = ['p4d.24xlarge', 'p4de.24xlarge', 'p5.4xlarge', 'p5.48xlarge', 'p5e.48xlarge', 'p5en.48xlarge'];
    recorded.push(
      'p6-b200.48xlarge',
      'p6-b300.48xlarge',
      'g6e.8xlarge',
      'g6e.12xlarge',
      'g6e.16xlarge',
      'g6e.24xlarge',
    );
    recorded.push('g6e.48xlarge', 'trn1.32xlarge', 'trn1n.32xlarge', 'trn2.48xlarge', 'trn2u.48xlarge');
    const entries = Object.fromEntries(recorded.map((type) => [type, instanceFabric(type)]));
    assert.equal(hashOf(entries), 'bec6e3568ca249928fefb61a9d4d36022f306e96b34cdf1d37c19ea34139ddf0');
  });

  it('names each type once, with a source', () => {
    const groups = PROVIDERS.flatMap((provider) => [...provider.groups, ...provider.unmeasured]);
    const names = groups.flatMap(({ types }) => types.map((type) => type.toLowerCase()));
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
    for (const { source, types } of groups) assert.match(source, /^\S.{5,}/, types[0]);
  });

  it('finds types in the case of the label, and with the prefix of HyperPod', () => {
    assert.equal(found('standard_nd96isr_h100_v5').type, 'Standard_ND96isr_H100_v5');
    assert.equal(found('ml.g6.48xlarge').type, 'g6.48xlarge');
  });

  it('has no figures of types whose fast network only NCCL can use, or that have no published figures', () => {
    for (const type of ['a3-megagpu-8g', 'a3-highgpu-8g', 'trn2-ac.24xlarge', 'trn3.48xlarge', 'p6e-gb300.36xlarge']) {
      assert.equal(instanceFabric(type), undefined);
      assert.ok(unmeasuredInstance(type)?.hint, type);
    }
    assert.match(unmeasuredInstance('a3-megagpu-8g')?.reason ?? '', /TCPXO/);
  });
});

describe('similarTypes', () => {
  it('suggests the sizes of the family that have EFA', () => {
    assert.deepEqual(similarTypes('g5.xlarge').sort(), [
      'g5.12xlarge',
      'g5.16xlarge',
      'g5.24xlarge',
      'g5.48xlarge',
      'g5.8xlarge',
    ]);
  });

  it('suggests the nearest name for a misspelled type, and nothing for an unlike one', () => {
    assert.equal(similarTypes('Standard_ND96isr_H100v5')[0], 'Standard_ND96isr_H100_v5');
    assert.equal(similarTypes('BM.GPU.H100')[0], 'BM.GPU.H100.8');
    assert.deepEqual(similarTypes('kind-control-plane-node'), []);
    assert.deepEqual(similarTypes('x'.repeat(5000)), []);
  });
});
