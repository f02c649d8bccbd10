import assert from 'node:assert/strict';
import { checkSpec } from '../../../../../suite/spec/spec.js';

/** The problems of a nixlbench test, as `validate` prints them. */
function problems(fields: object): string[] {
  const test = { name: 'n', tool: 'nixlbench', backend: 'UCX', ...fields };
  const checked = checkSpec({ name: 's', tests: [test] });
  return 'spec' in checked ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`);
}

const devices = (scheme: string, numInitiatorDev: number, numTargetDev: number) =>
  problems({ mode: 'MG', scheme, numInitiatorDev, numTargetDev });

describe('nixlbench tests that contradict themselves', () => {
  it('pair devices that their scheme does not pair', () => {
    for (const [initiators, targets] of [
      [2, 1],
      [1, 2],
    ] as const) {
      assert.match(
        devices('pairwise', initiators, targets).join(),
        /^tests\[0\]\.numTargetDev: is \d, and numInitiatorDev is \d: scheme pairwise needs equal numbers; set both/,
      );
    }
    assert.match(devices('tp', 2, 3).join(), /scheme tp needs a larger number that is a multiple of the smaller one/);
    assert.match(devices('tp', 3, 2).join(), /multiple of the smaller one/);
  });

  it('do not include those that every version runs', () => {
    for (const [scheme, initiators, targets] of [
      ['pairwise', 8, 8],
      ['manytoone', 2, 1],
      ['manytoone', 8, 1],
      ['onetomany', 1, 2],
      ['tp', 2, 1],
      ['tp', 1, 2],
      ['tp', 2, 8],
      ['tp', 4, 4],
    ] as const) {
      assert.deepEqual(devices(scheme, initiators, targets), [], `${scheme} ${initiators}+${targets}`);
    }
  });

  it('cannot divide their buffer, and learn the next size that they can', () => {
    assert.deepEqual(problems({ totalBufferSize: 1_000_000_000, numThreads: 3 }), [
      'tests[0].totalBufferSize: is 1000000000 bytes: it must be divisible by numThreads × numInitiatorDev (3) and by numThreads × numTargetDev (3); set 1000000002',
    ]);
    assert.deepEqual(problems({ totalBufferSize: 1_000_000_002, numThreads: 3 }), []);
    const fields = { mode: 'MG', scheme: 'tp', numInitiatorDev: 2, numTargetDev: 6, totalBufferSize: 2 ** 30 };
    assert.match(problems(fields).join(), /set 1073741826$/, 'divisible by the devices of the target too');
    assert.deepEqual(problems({ ...fields, totalBufferSize: 1_073_741_826 }), []);
  });

  it('need a transfer in the buffer of each thread of each device', () => {
    const fields = { mode: 'MG', numInitiatorDev: 2, numTargetDev: 2, numThreads: 2, maxBlockSize: '64Mi' };
    assert.match(problems({ ...fields, totalBufferSize: '128Mi' }).join(), /totalBufferSize: is too small/);
    assert.deepEqual(problems({ ...fields, totalBufferSize: '256Mi' }), []);
  });

  it('name devices that nixlbench does not read, or reads beyond their end', () => {
    assert.deepEqual(problems({ deviceList: 'mlx5_0' }), []);
    assert.match(problems({ deviceList: 'mlx5_0,mlx5_1' }).join(), /deviceList: must name one device/);
    assert.match(problems({ deviceList: '' }).join(), /deviceList: a list of devices is empty/);
    assert.match(
      problems({ deviceList: 'rdmap0', backend: 'LIBFABRIC' }).join(),
      /deviceList: must be "all" with LIBFABRIC/,
    );
    const several = { mode: 'MG', numInitiatorDev: 2, numTargetDev: 2, deviceList: 'mlx5_0,mlx5_1' };
    assert.match(
      problems(several).join(),
      /deviceList: works only with scheme pairwise and one device of each rank; set "all"/,
    );
    assert.match(
      problems({ scheme: 'tp', deviceList: 'mlx5_0' }).join(),
      /deviceList: works only with scheme pairwise/,
    );
  });
});
