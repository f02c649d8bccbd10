import assert from 'node:assert/strict';
import {
  deviceQuantities,
  devicesText,
  formerResources,
  nicsOf,
  takeNics,
} from '../../../../suite/schema/network-devices.js';

const EFA = { resource: 'vpc.amazonaws.com/efa', count: 32 };
const SHARED = { resource: 'rdma/ib', count: 1, nics: 8 };
const NETWORKS = ['a', 'b', 'c'].map((name) => ({ resource: `networking.gke.io.networks/rdma-${name}`, count: 1 }));

describe('network devices', () => {
  it('count the NICs that slots grant, not the slots', () => {
    assert.deepEqual(
      [EFA, SHARED].map((entry) => nicsOf([entry])),
      [32, 8],
    );
    assert.equal(nicsOf(NETWORKS), 3);
    assert.equal(nicsOf([]), 0);
  });

  it('are requested by slots', () => {
    assert.deepEqual(deviceQuantities([SHARED, EFA]), { 'rdma/ib': '1', 'vpc.amazonaws.com/efa': '32' });
  });

  it('are taken in whole slots', () => {
    assert.deepEqual(takeNics([EFA], 4), [{ ...EFA, count: 4 }]);
    assert.deepEqual(takeNics(NETWORKS, 2), NETWORKS.slice(0, 2));
    assert.deepEqual(takeNics([SHARED], 2), [SHARED]);
    assert.deepEqual(takeNics([{ ...SHARED, count: 4 }], 3), [{ ...SHARED, count: 2, nics: 4 }]);
    assert.deepEqual(takeNics([EFA], 0), []);
    const address = { resource: 'networking.gke.io.networks/rdma-a.IP', count: 1, nics: 0 };
    assert.deepEqual(takeNics([address, ...NETWORKS], 1), [address, ...NETWORKS.slice(0, 1)]);
  });

  it('are named with their NICs where these differ from the slots', () => {
    assert.equal(devicesText([EFA]), '32 vpc.amazonaws.com/efa');
    assert.equal(devicesText([SHARED]), '1 rdma/ib with 8 NICs');
    assert.equal(devicesText([]), 'no network device');
  });

  it('have the form of the first version for the hashes of cells, when it can express them', () => {
    assert.deepEqual(formerResources({ devices: [EFA] }), { efa: EFA });
    assert.deepEqual(formerResources({ devices: [{ ...EFA, nics: 32 }] }), { efa: EFA });
    assert.deepEqual(formerResources({ devices: [] }), { efa: { ...EFA, count: 0 } });
    assert.deepEqual(formerResources({ devices: [SHARED] }), { devices: [SHARED] });
  });
});
