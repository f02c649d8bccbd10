import assert from 'node:assert/strict';
import { checkSpec, formerKeys } from '../../../../suite/spec/spec.js';

const TEST = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const ETHERNET = { kind: 'ethernet', rate: '10Gbit/s' };

function devicesOf(spec: object) {
  const checked = checkSpec({ name: 's', tests: [TEST], ...spec });
  return 'spec' in checked ? checked.spec.resources.devices : checked.problems;
}

describe('the network devices of a rank', () => {
  it('default to those of the plan on EFA, and to none on another fabric', () => {
    assert.deepEqual(devicesOf({}), [{ resource: 'vpc.amazonaws.com/efa', count: 32 }]);
    assert.deepEqual(devicesOf({ fabric: ETHERNET }), []);
  });

  it('are read from the former key resources.efa, with a warning', () => {
    const former = (efa: object) => devicesOf({ resources: { efa } });
    assert.deepEqual(former({ count: 4 }), [{ resource: 'vpc.amazonaws.com/efa', count: 4 }]);
    assert.deepEqual(former({ resource: 'rdma/ib', count: 1 }), [{ resource: 'rdma/ib', count: 1 }]);
    assert.deepEqual(former({ count: 0 }), []);
    assert.deepEqual(formerKeys({ resources: { efa: { count: 4 } } }), [
      { path: 'resources.efa', message: 'is now called "devices"' },
    ]);
  });

  it('have NICs in a multiple of their slots, and each resource once', () => {
    const problems = (...devices: object[]) => devicesOf({ resources: { devices } });
    assert.match(JSON.stringify(problems({ resource: 'rdma/ib', count: 2, nics: 3 })), /multiple of count/);
    assert.match(
      JSON.stringify(problems({ resource: 'rdma/ib', count: 1 }, { resource: 'rdma/ib', count: 1 })),
      /lists a resource twice/,
    );
  });

  it('limit the NICs of a test to a number that whole slots grant', () => {
    const shared = [{ resource: 'rdma/ib', count: 1, nics: 8 }];
    const problems = (nics: number, devices: object[]) =>
      JSON.stringify(devicesOf({ resources: { devices }, tests: [{ ...TEST, nics }] }));
    assert.match(problems(2, shared), /one slot of rdma\/ib grants several NICs; use 8/);
    assert.match(problems(9, shared), /more than the 8 NICs of resources\.devices/);
    assert.match(problems(8, shared), /"nics":8/);
  });
});
