import assert from 'node:assert/strict';
import { variantsOf } from '../../../../../suite/spec/matrix.js';
import { checkSpec, parseSpec } from '../../../../../suite/spec/spec.js';
import { differingOptions } from '../../../../../suite/tools/nixlbench/configuration.js';
import type { NixlbenchSpec } from '../../../../../suite/tools/nixlbench/spec.js';
import { nixlbench } from '../../../../../suite/tools/nixlbench/tool.js';
import { nixlbenchHelp } from '../../../../support/nixlbench-help.js';

const fields = (options: object, more: object = {}) => ({
  name: 's',
  tests: [{ name: 'n', tool: 'nixlbench', backend: 'UCX', options, ...more }],
});
const parse = (options: object, more: object = {}) => parseSpec(fields(options, more)).tests[0] as NixlbenchSpec;
const place = { folder: '/x', etcdEndpoint: 'http://etcd:2379', group: 'g' };

function problems(options: object, more: object = {}): string {
  const checked = checkSpec(fields(options, more));
  return 'spec' in checked ? '' : checked.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

describe('further options of nixlbench', () => {
  it('are passed with the names of the spec, and checked with the --help of the image', () => {
    const test = parse({ pipeline_depth: 4, recreate_xfer: true, prepared_xfer: false, some_text: 'a b' });
    const { command } = nixlbench.run(test, place);
    assert.deepEqual(command.slice(-4), [
      '--pipeline_depth=4',
      '--recreate_xfer=1',
      '--prepared_xfer=0',
      '--some_text=a b',
    ]);
    assert.deepEqual(nixlbench.unknownOptions(test, nixlbenchHelp('pipeline_depth', 'recreate_xfer', 'some_text')), [
      '--prepared_xfer',
    ]);
    assert.match(nixlbench.describe(test), /, pipeline_depth=4, recreate_xfer=1, prepared_xfer=0, some_text=a b$/);
  });

  it('change nothing when they are absent', () => {
    const test = parseSpec({ name: 's', tests: [{ name: 'n', tool: 'nixlbench', backend: 'UCX' }] })
      .tests[0] as NixlbenchSpec;
    assert.ok(!('options' in test), 'the parameters of a test without them stay those of earlier records');
    assert.equal(nixlbench.describe(test), 'nixlbench UCX, WRITE VRAM to VRAM, 15 rows up to 64 MiB');
  });

  it('do not change the bytes of a row', () => {
    const bytes = (options: object) => nixlbench.expectedBytes(parse(options, { maxBatchSize: 4 })).least;
    assert.equal(bytes({ pipeline_depth: 4, recreate_xfer: true, reregister_mem: true }), bytes({}));
  });

  it('are compared with the configuration that nixlbench prints', () => {
    const test = parse({ pipeline_depth: 4, recreate_xfer: true });
    const printed = (depth: number) => [
      `Pipeline depth (--pipeline_depth=N)                         : ${depth}`,
      'Recreate xfer each iteration (--recreate_xfer=[0,1])        : 1',
    ];
    assert.deepEqual(differingOptions(test, printed(4)), []);
    assert.deepEqual(differingOptions(test, printed(1)), ['pipeline_depth is 1, not 4']);
  });

  const refused: readonly [string, object, RegExp][] = [
    ['a flag that has a key', { num_threads: 2 }, /^tests\[0\]\.options: "num_threads" has a key .* set numThreads$/],
    ['the negation of such a flag', { noenable_pt: true }, /"noenable_pt" has a key .* set enablePt$/],
    ['a flag that the suite sets', { etcd_endpoints: 'http://x' }, /"etcd_endpoints" is set by the suite: /],
    ['another worker', { worker_type: 'nvshmem' }, /"worker_type" is set by the suite: /],
    ['another runtime', { runtime_type: 'ASIO' }, /"runtime_type" is set by the suite: /],
    ['a file of options', { config_file: '/x.toml' }, /"config_file" does not set one option/],
    ['a flag that hides unknown ones', { undefok: 'x' }, /"undefok" does not set one option/],
    ['a flag that ends the program', { helpfull: true }, /"helpfull" does not set one option/],
    ['a storage option', { filepath: '/data' }, /"filepath" belongs to a storage or GPUNETIO back end/],
    ['an option of another back end', { gds_mt_num_threads: 2 }, /belongs to a storage or GPUNETIO back end/],
    ['an option of object stores', { obj_bucket_name: 'b' }, /belongs to a storage or GPUNETIO back end/],
    ['a name with dashes', { '--pipeline_depth': 2 }, /"--pipeline_depth" is not the name of a flag; write it as/],
    ['a negated option', { norecreate_xfer: true }, /"norecreate_xfer" negates an option; set "recreate_xfer": false/],
    ['a depth of nothing', { pipeline_depth: 0 }, /"pipeline_depth" must be a whole number from 1/],
    ['a switch that is a number', { recreate_xfer: 1 }, /"recreate_xfer" must be true or false/],
    ['a value of two lines', { some_text: 'a\nb' }, /"some_text" must be one line/],
    ['a fraction', { some_number: 1.5 }, /options\.some_number: expected true, false, a whole number or a text/],
    ['a pair that excludes itself', { reregister_mem: true, recreate_xfer: false }, /remove "recreate_xfer": false/],
    ['a depth above the iterations', { pipeline_depth: 8 }, /is 8, but some rows have only 7 iterations or warm-up/],
  ];
  for (const [name, options, message] of refused) {
    it(`are refused: ${name}`, () => assert.match(problems(options), message));
  }

  it('are refused where the figure could not be judged, and accepted otherwise', () => {
    const several = { mode: 'MG', scheme: 'manytoone', numInitiatorDev: 2 };
    assert.match(problems({ pipeline_depth: 2 }, several), /"pipeline_depth" needs scheme pairwise/);
    assert.equal(problems({ pipeline_depth: 7 }), '');
    assert.equal(problems({ pipeline_depth: 8 }, { warmupIter: 0 }), '');
    assert.match(problems({ use_hugepages: true }, { totalBufferSize: 65_000_000 * 2 }), /multiple of 2 MiB/);
    assert.equal(problems({ use_hugepages: true }), '');
  });

  it('can be the values of an axis', () => {
    const [test] = parseSpec(
      fields({}, { matrix: { options: [{}, { pipeline_depth: 4, recreate_xfer: true }] } }),
    ).tests;
    assert.ok(test);
    assert.deepEqual(
      variantsOf(test).map(({ test: { name, ...variant }, variant: label }) => [
        name,
        label,
        (variant as NixlbenchSpec).options,
      ]),
      [
        ['n-v1', 'no-options', {}],
        ['n-v2', 'pipeline-depth-4-recreate-xfer-true', { pipeline_depth: 4, recreate_xfer: true }],
      ],
    );
  });
});
