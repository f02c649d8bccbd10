import assert from 'node:assert/strict';
import { sharedNodeProblems } from '../../../../suite/cluster/shared-node-problems.js';
import { sharedNodeDemands } from '../../../../suite/spec/shared-node.js';
import { parseSpec } from '../../../../suite/spec/spec.js';

const FREE = { 'nvidia.com/gpu': 8, 'vpc.amazonaws.com/efa': 32, cpu: 192, memory: 2 ** 41, 'hugepages-2Mi': 2 ** 33 };
const node = (free: object = {}) => ({ name: 'gpu-1', free: { ...FREE, ...free }, allocatable: FREE });
const demands = (...tests: object[]) =>
  sharedNodeDemands(
    parseSpec({
      name: 's',
      tests: tests.map((test, i) => ({ name: `t${i}`, tool: 'nixlbench', backend: 'UCX', ...test })),
    }),
  );

describe('a node for both ranks of a test', () => {
  it('must have every resource twice', () => {
    const wanted = demands({ placement: 'same-node', gpus: 4, nics: 16 });
    // 2 × 5 GiB of huge pages do not fit on 8 GiB.
    assert.deepEqual(
      sharedNodeProblems(wanted, node()).map(({ subject, message }) => [subject, message]),
      [['test t0', 'places both ranks on gpu-1, which has 8 GiB hugepages-2Mi free, but the ranks request 2 × 5 GiB']],
    );
    assert.deepEqual(sharedNodeProblems(wanted, node({ 'hugepages-2Mi': 2 ** 34 })), []);
    const [gpus, nics] = sharedNodeProblems(demands({ placement: 'same-node' }), node({ 'hugepages-2Mi': 2 ** 34 }));
    assert.match(gpus?.message ?? '', /8 nvidia\.com\/gpu free, but the ranks request 2 × 8/);
    assert.match(gpus?.hint ?? '', /^Set gpus of the test/);
    assert.match(nics?.hint ?? '', /^Set nics of the test/);
  });

  it('is checked only for tests within one node, and once for tests with the same demand', () => {
    assert.deepEqual(demands({}), []);
    const placement = 'same-node';
    assert.deepEqual(
      demands({}, { placement, gpus: 2 }, { placement, gpus: 2 }, { placement, gpus: 4 }).map(({ test }) => test),
      ['t1', 't3'],
    );
  });
});
