import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { resultsJsonSchema } from '../../../../reports/formats/json.js';
import { recordJsonSchema } from '../../../../suite/record/record.js';
import { redactJson } from '../../../../suite/secrets/redact.js';
import { readAcceptedSpec } from '../../../../suite/spec/accepted-spec.js';
import { checkSpec, parseSpec, rankEnvironment, specJsonSchema } from '../../../../suite/spec/spec.js';

const file = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../../${name}`, import.meta.url), 'utf8'));

const minimal = { name: 'minimal', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] };

function problemsOf(input: unknown): string[] {
  const checked = checkSpec(input);
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('suite spec', () => {
  it('has the plan as its defaults', () => {
    const spec = parseSpec(minimal);
    assert.equal(spec.cluster.image, 'nixl-aligned:0.7.1-bench');
    assert.deepEqual(spec.startDelay, { min: 7, max: 10 });
    assert.deepEqual(rankEnvironment(spec, {}), { FI_PROVIDER: 'efa', FI_HMEM_DISABLE_P2P: '0' });
    assert.equal(spec.resources.memory, 128 * 2 ** 30);
    assert.deepEqual(spec.resources.devices, [{ resource: 'vpc.amazonaws.com/efa', count: 32 }]);
  });

  it('has a toleration and network devices that Kubernetes accepts', () => {
    const tolerations = [{ key: 'a', operator: 'Exists', value: 'x' }];
    assert.match(problemsOf({ ...minimal, nodes: { tolerations } })[0] ?? '', /value: belongs to the operator Equal/);
    const devices = [{ resource: 'nvidia.com/gpu', count: 8 }];
    assert.match(
      problemsOf({ ...minimal, resources: { devices } })[0] ?? '',
      /^resources\.devices\[0\]\.resource: is the resource of the GPUs/,
    );
  });

  it('asks for nodes only on demand, and not for nodes of given names', () => {
    const { nodes, timeouts } = parseSpec(minimal);
    assert.deepEqual([nodes.provision, timeouts.provision], [false, 30 * 60]);
    assert.deepEqual(problemsOf({ ...minimal, nodes: { provision: true, selector: { pool: 'gpu' } } }), []);
    const [problem = ''] = problemsOf({ ...minimal, nodes: { provision: true, names: ['a', 'b'] } });
    assert.match(problem, /^nodes\.provision: cannot ask for nodes of given names; remove nodes\.names/);
  });

  it('suites/p5.json is the plan: order, claimed figures, NIXL with UCX not required', () => {
    const spec = parseSpec(file('suites/p5.json'));
    assert.deepEqual(
      spec.tests.map(({ name, required, claimed }) => [name, required, claimed?.value]),
      [
        ['ucx-native', true, 285e9],
        ['nixl-libfabric', true, 46.48e9],
        ['nixl-ucx', false, 0.85e9],
      ],
    );
  });

  it('every suite of suites/ is valid', () => {
    const names = readdirSync(new URL('../../../../../suites', import.meta.url), {
      recursive: true,
      encoding: 'utf8',
    }).filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'));
    assert.ok(names.length > 4, names.join());
    for (const name of names) assert.deepEqual(problemsOf(file(`suites/${name}`)), [], name);
  });

  it('the JSON Schemas are in step with the code', () => {
    assert.deepEqual(file('suites/suite.schema.json'), specJsonSchema(), 'run: npm run schema');
    assert.deepEqual(file('results/results.schema.json'), resultsJsonSchema(), 'run: npm run schema');
    assert.deepEqual(file('results/record.schema.json'), recordJsonSchema(), 'run: npm run schema');
  });

  it('a test’s environment overrides the spec’s, and null removes a variable', () => {
    const spec = parseSpec({ ...minimal, env: { FI_PROVIDER: null, FI_LOG_LEVEL: 'info' } });
    assert.deepEqual(rankEnvironment(spec, { FI_LOG_LEVEL: 'warn' }), {
      FI_HMEM_DISABLE_P2P: '0',
      FI_LOG_LEVEL: 'warn',
    });
  });

  const bad: readonly [string, unknown, RegExp][] = [
    [
      'a back end in the wrong case',
      { ...minimal, tests: [{ name: 'a', tool: 'nixlbench', backend: 'Libfabric' }] },
      /^tests\[0\]\.backend: unknown back end "Libfabric"; did you mean "LIBFABRIC"\?/,
    ],
    [
      'a misspelt key',
      { ...minimal, cluster: { namespce: 'x' } },
      /^cluster: unknown key "namespce"; did you mean "namespace"\?/,
    ],
    [
      'a misspelt tool',
      { ...minimal, tests: [{ name: 'a', tool: 'nixlbnech' }] },
      /^tests\[0\]\.tool: unknown tool "nixlbnech"; did you mean "nixlbench"\?/,
    ],
    ['a duration without a unit', { ...minimal, startDelay: { min: '7' } }, /^startDelay\.min: "7" is not a duration/],
    [
      'a delay that ends before it begins',
      { ...minimal, startDelay: { min: '12s' } },
      /^startDelay\.min: is longer than startDelay\.max/,
    ],
    [
      'a buffer that is too small',
      { ...minimal, tests: [{ ...minimal.tests[0], totalBufferSize: '32Mi' }] },
      /^tests\[0\]\.totalBufferSize: is too small: maxBlockSize × maxBatchSize \(64 MiB\) must fit into .* \(32 MiB\)/,
    ],
    [
      'blocks that double from nothing',
      { ...minimal, tests: [{ ...minimal.tests[0], startBlockSize: 0 }] },
      /^tests\[0\]\.startBlockSize: is 0; set at least 1/,
    ],
    [
      'two tests of one name',
      { ...minimal, tests: [minimal.tests[0], minimal.tests[0]] },
      /^tests\[1\]\.name: "lf" is used twice/,
    ],
    [
      'several devices in mode SG',
      { ...minimal, tests: [{ ...minimal.tests[0], numInitiatorDev: 8, numTargetDev: 8 }] },
      /use mode MG for several devices/,
    ],
    ['no tests', { name: 'x', tests: [] }, /^tests: add at least one test/],
    [
      'an unknown fabric',
      { ...minimal, fabric: { kind: 'myrinet' } },
      /^fabric\.kind: unknown fabric kind "myrinet"; known: efa, infiniband, roce, ethernet/,
    ],
    ['no object at all', 'nonsense', /^spec: /],
  ];
  for (const [what, input, expected] of bad) {
    it(`refuses ${what} with path, reason and way out`, () => {
      const problems = problemsOf(input);
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        problems.join('\n') || 'it was accepted',
      );
    });
  }

  it('names all problems in one error', () => {
    assert.throws(() => parseSpec({ name: 'X', tests: [{ name: 'a', tool: 'nixlbench', backend: 'x' }] }), {
      class: 'InvalidSpec',
      message: /2 problems:\nname: .*\ntests\[0\]\.backend: /,
    });
  });

  it('is read from a record, which contains it without secrets, and from a version with other limits', () => {
    const accepted = { ...minimal, nodes: { selector: { token: 'abcdefgh' } } };
    assert.deepEqual(problemsOf(accepted), []);
    const recorded = redactJson(accepted);
    assert.notDeepEqual(problemsOf(recorded), []);
    assert.deepEqual(readAcceptedSpec(recorded).nodes.selector, { token: '<redacted>' });
    const former = { ...minimal, env: { HF_TOKEN: 'abcdefgh' }, startDelay: { min: '1s', max: '2s' } };
    assert.throws(() => parseSpec(former), { class: 'InvalidSpec' });
    const { env, startDelay } = readAcceptedSpec(former);
    assert.deepEqual([env, startDelay], [former.env, { min: 1, max: 2 }]);
  });

  it('is not read when its structure is wrong', () => {
    assert.throws(() => readAcceptedSpec({ ...minimal, envv: {} }), {
      class: 'InvalidSpec',
      message: /1 problem:\nspec: unknown key "envv"; did you mean "env"/,
    });
  });
});
