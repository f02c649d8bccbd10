import assert from 'node:assert/strict';
import { compareTransportCells, validValue } from '../../../../suite/comparability/transport.js';
import type { TransportCell } from '../../../../suite/record/record.js';
import { cellRecord, nodeOf, provenance } from '../../../support/cells.js';

const base = cellRecord();
const parameters = (more: object) => cellRecord({ parameters: { ...base.parameters, ...more } });

describe('comparability of two cells', () => {
  it('finds nothing between equal cells, whatever the order of their keys', () => {
    assert.deepEqual(compareTransportCells(base, parameters({})), { comparable: true, differences: [] });
  });

  const forbidding: readonly [string, TransportCell][] = [
    ['image', cellRecord({ provenance: provenance({ imageId: 'sha256:2' }) })],
    ['versions.ucx', cellRecord({ provenance: provenance({ versions: { ucx: '1.19.0', libfabric: '2.3.0' } }) })],
    ['versions.ucx', cellRecord({ provenance: provenance({ versions: { libfabric: '2.3.0' } }) })],
    ['environment.FI_PROVIDER', cellRecord({ provenance: provenance({ environment: { FI_PROVIDER: 'tcp' } }) })],
    ['instanceType', cellRecord({ provenance: provenance({ instanceType: 'p5en.48xlarge' }) })],
    ['privilege', cellRecord({ provenance: provenance({ privilege: 'privileged' }) })],
    ['pod', cellRecord({ provenance: provenance({}, { pod: { spec: { runtimeClassName: 'kata' } } }) })],
    ['parameters.maxBlockSize', parameters({ maxBlockSize: 2 ** 20 })],
    ['parameters.backend', parameters({ backend: 'UCX' })],
    ['parameters.options', parameters({ options: { pipeline_depth: 4 } })],
    ['parameters.initiatorSegType', parameters({ initiatorSegType: 'DRAM' })],
    ['nics', cellRecord({ ceiling: { bytesPerSecond: 12.5e9, nics: 1, explanation: '' } })],
    [
      'nics',
      cellRecord({ usableCeiling: { bytesPerSecond: 100e9, nics: 8, explanation: 'more of them than carried it' } }),
    ],
    ['lineRate', cellRecord({ ceiling: { bytesPerSecond: 100e9, nics: 4, explanation: '' } })],
  ];
  for (const [field, other] of forbidding) {
    it(`is forbidden by another ${field}`, () => {
      const { comparable: allowed, differences } = compareTransportCells(base, other);
      assert.equal(allowed, false);
      assert.deepEqual(
        differences.filter(({ forbids }) => forbids).map((difference) => difference.field),
        [field],
      );
    });
  }

  it('names what may differ without forbidding', () => {
    const other = cellRecord({
      parameters: { ...base.parameters, repetitions: 5, name: 'other' },
      provenance: provenance(
        { kernelVersion: '6.2.0', zone: 'us-east-1b', drivers: { efa: '3' } },
        { seed: 2, specHash: 'x' },
      ),
    });
    const { comparable: allowed, differences } = compareTransportCells(base, other);
    assert.equal(allowed, true);
    assert.deepEqual(
      differences.map(({ field }) => field),
      ['drivers.efa', 'kernel', 'parameters.name', 'parameters.repetitions', 'seed', 'specHash', 'zone'],
    );
  });

  it('names that fewer NICs moved, and forbids nothing: a NIC that is lost is a regression', () => {
    const carriedBy = (...nics: string[]) =>
      cellRecord({
        ceiling: { bytesPerSecond: nics.length * 12.5e9, nics: nics.length, explanation: 'NICs that moved' },
        usableCeiling: { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' },
        path: {
          status: 'proven',
          devices: Object.fromEntries(nics.map((nic) => [nic, 1])),
          reason: { code: 'path-proven', message: 'carried' },
        },
      });
    const named = { field: 'nicsThatMoved', a: '4', b: '2', forbids: false };
    const all = carriedBy('a', 'b', 'c', 'd');
    assert.deepEqual(compareTransportCells(all, carriedBy('a', 'b')), { comparable: true, differences: [named] });
    assert.deepEqual(
      compareTransportCells(base, carriedBy('a', 'b')).differences,
      [named],
      'an older record has one ceiling',
    );
  });

  it('does not mind the variables of a pod, nor the prefix of SageMaker', () => {
    const other = cellRecord({
      provenance: provenance({ environment: { FI_PROVIDER: 'efa', HOSTNAME: 'z' }, instanceType: 'ml.p5.48xlarge' }),
    });
    assert.deepEqual(compareTransportCells(base, other).differences, []);
  });

  it('takes a record without a privilege for one of ranks with IPC_LOCK, which all of them had', () => {
    const other = cellRecord({ provenance: provenance({ privilege: 'IPC_LOCK' }) });
    assert.deepEqual(compareTransportCells(base, other).differences, []);
  });

  it('sees a difference in one rank only', () => {
    const other = cellRecord({
      provenance: provenance({}, { nodes: [nodeOf('node1'), nodeOf('node2', { imageId: 'z' })] }),
    });
    const [difference] = compareTransportCells(base, other).differences;
    assert.deepEqual([difference?.field, difference?.b], ['image', '[sha256:1, z]']);
  });

  it('does not vouch for a record that cannot say what was measured', () => {
    const { provenance: _, ...unknown } = base;
    assert.equal(compareTransportCells(base, unknown).comparable, false);
    assert.equal(compareTransportCells(unknown, unknown).comparable, false);
  });

  it('gives a figure only when it counts', () => {
    assert.equal(validValue(base), 46e9);
    const reason = (code: string) => cellRecord({ reasons: [{ code, message: '' }] });
    for (const code of [
      'implausible',
      'wrong-path',
      'path-unproven',
      'figures-disagree',
      'parameters-differ',
      'vram-as-host',
    ]) {
      assert.equal(validValue(reason(code)), undefined, code);
    }
    assert.equal(validValue(cellRecord({ warmUp: true })), undefined);
    assert.equal(validValue(cellRecord({ failure: { class: 'Hung', message: '', hint: '' } })), undefined);
    const { path: _, ...unproven } = base;
    assert.equal(validValue(unproven), undefined);
    assert.equal(validValue(reason('below-expectation')), 46e9, 'a figure that disappoints is a figure');
  });
});
