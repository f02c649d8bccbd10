import assert from 'node:assert/strict';
import { variantsOf } from '../../../../suite/spec/matrix.js';
import { checkSpec, parseSpec } from '../../../../suite/spec/spec.js';
import type { NixlbenchSpec } from '../../../../suite/tools/nixlbench/spec.js';
import type { TransportTestSpec } from '../../../../suite/tools/registry.js';
import type { UcxPerftestSpec } from '../../../../suite/tools/ucx-perftest/spec.js';

const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };

function variants(fields: object): ReturnType<typeof variantsOf> {
  const [test] = parseSpec({ name: 's', tests: [{ ...lf, ...fields }] }).tests;
  return variantsOf(test as TransportTestSpec);
}

function problems(fields: object, more: object = {}): string {
  const checked = checkSpec({ name: 's', tests: [{ ...lf, ...fields }], ...more });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`).join('\n') : '';
}

describe('matrix of a test', () => {
  it('is every combination, the first axis slowest, with units read as everywhere', () => {
    const all = variants({ matrix: { opType: ['WRITE', 'READ'], maxBlockSize: ['1Mi', '64Mi'] } });
    assert.deepEqual(
      all.map(({ test, base, variant }) => [
        test.name,
        base,
        variant,
        (test as NixlbenchSpec).opType,
        (test as NixlbenchSpec).maxBlockSize,
      ]),
      [
        ['lf-v1', 'lf', 'write-1mi', 'WRITE', 2 ** 20],
        ['lf-v2', 'lf', 'write-64mi', 'WRITE', 2 ** 26],
        ['lf-v3', 'lf', 'read-1mi', 'READ', 2 ** 20],
        ['lf-v4', 'lf', 'read-64mi', 'READ', 2 ** 26],
      ],
    );
    assert.ok(all.every(({ test }) => test.matrix === undefined));
  });

  it('sets any environment variable and keeps the others of the test', () => {
    const all = variants({
      env: { FI_LOG_LEVEL: 'warn' },
      matrix: { 'env.FI_HMEM_DISABLE_P2P': ['0', '1'] },
    });
    assert.deepEqual(
      all.map(({ test, variant }) => [variant, test.env]),
      [
        ['fi-hmem-disable-p2p-0', { FI_LOG_LEVEL: 'warn', FI_HMEM_DISABLE_P2P: '0' }],
        ['fi-hmem-disable-p2p-1', { FI_LOG_LEVEL: 'warn', FI_HMEM_DISABLE_P2P: '1' }],
      ],
    );
  });

  it('moves several options together when a value is an object', () => {
    const all = variants({
      matrix: {
        memory: [
          { initiatorSegType: 'DRAM', targetSegType: 'DRAM', 'env.X': 'a' },
          { initiatorSegType: 'VRAM', targetSegType: 'VRAM' },
        ],
      },
    });
    assert.deepEqual(
      all.map(({ test, variant }) => [variant, (test as NixlbenchSpec).targetSegType, test.env.X]),
      [
        ['dram-dram-a', 'DRAM', 'a'],
        ['vram-vram', 'VRAM', undefined],
      ],
    );
  });

  it('takes lists as one value, for one process for each NIC', () => {
    const [test] = parseSpec({
      name: 's',
      tests: [{ name: 'u', tool: 'ucx-perftest', matrix: { devices: [['a:1'], ['a:1', 'b:1']] } }],
    }).tests;
    const all = variantsOf(test as TransportTestSpec);
    assert.deepEqual(
      all.map(({ test, variant }) => [variant, (test as UcxPerftestSpec).devices]),
      [
        ['1-devices', ['a:1']],
        ['2-devices', ['a:1', 'b:1']],
      ],
    );
  });

  const bad: readonly [string, string, RegExp][] = [
    [
      'an option that the tool does not have',
      problems({ matrix: { opTyp: ['READ'] } }),
      /^tests\[0\]\.matrix\.opTyp: "opTyp" is not an option that a matrix can change; did you mean "opType"\?/,
    ],
    [
      'a value that the option does not take',
      problems({ matrix: { opType: ['WRITE', 'read'] } }),
      /^tests\[0\]\.matrix\.opType: "read": unknown operation "read"; did you mean "READ"\?/,
    ],
    [
      'an axis that says how often, not what',
      problems({ matrix: { repetitions: [1, 2] } }),
      /"repetitions" is not an option that a matrix can change/,
    ],
    [
      'a combination that contradicts itself',
      problems({ matrix: { maxBlockSize: ['64Mi', '16Gi'] } }),
      /^tests\[0\]\.matrix: combination 16gi: totalBufferSize is too small/,
    ],
    ['an axis without values', problems({ matrix: { opType: [] } }), /add at least one value to the axis/],
    [
      'more combinations than anybody wants',
      problems({
        matrix: {
          numIter: Array.from({ length: 40 }, (_, i) => i + 1),
          warmupIter: Array.from({ length: 40 }, (_, i) => i),
        },
      }),
      /1600 combinations; a matrix can have at most 1000/,
    ],
    [
      'a name that leaves a variant no room',
      problems({ name: 'a'.repeat(24), matrix: { opType: ['READ', 'WRITE'] } }),
      /the name of a test with 2 combinations can have at most 22 characters/,
    ],
    [
      'more NICs than the ranks are given',
      problems({ matrix: { nics: [1, 64] } }),
      /^tests\[0\]\.nics: 64 is more than the 32 NICs of resources\.devices/,
    ],
    [
      'a variant with the name of another test',
      problems(
        {},
        {
          tests: [
            { ...lf, name: 'a-v1' },
            { ...lf, name: 'a', matrix: { opType: ['READ'] } },
          ],
        },
      ),
      /^tests\[1\]\.name: "a-v1" is used twice/,
    ],
    [
      'an interleaved test that does not exist',
      problems({}, { interleave: ['lg'] }),
      /^interleave\[0\]: test "lg" does not exist; did you mean "lf"\?/,
    ],
  ];
  for (const [what, message, expected] of bad) {
    it(`refuses ${what}`, () => assert.match(message, expected));
  }
});
