import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf, exitCodeOfFailure, exitCodeOfRun } from '../../cli/options/exit-code.js';
import { ResultStore } from '../../results/store.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { SUITE_VERSION } from '../../suite/run/version.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { dynamoBench } from '../support/command-line.js';
import { exampleReport } from '../support/example-report.js';
import { inProcess } from '../support/in-process.js';
import { changeVersion } from '../support/migrations.js';

const P5_DYNAMO = fileURLToPath(new URL('../../../suites/p5-dynamo.json', import.meta.url));

describe('exit codes', () => {
  it('are 0 for good outcomes, 1 for bad ones, 3 for undecided ones', () => {
    const codes = (...words: string[]) => words.map(exitCodeOf);
    assert.deepEqual(codes('pass', 'skipped', 'unchanged', 'improved'), [0, 0, 0, 0]);
    assert.deepEqual(codes('fail', 'regressed'), [1, 1]);
    assert.deepEqual(codes('inconclusive', 'running', 'cancelled', 'parked'), [3, 3, 3, 3]);
  });

  it('are 2 for wrong requests and 4 for infrastructure failures', () => {
    const code = (name: ConstructorParameters<typeof SuiteFailure>[0]) =>
      exitCodeOfFailure(new SuiteFailure(name, 'x'));
    assert.deepEqual([code('NotFound'), code('InvalidSpec')], [2, 2]);
    assert.deepEqual([code('StoreCorrupt'), code('ApiUnreachable')], [4, 4]);
  });

  it('of a recorded run are 4 when a required test was not measured', () => {
    const failure = { class: 'Hung', message: 'm', hint: 'h' } as const;
    const setup = { problems: [], nodes: [], devicePlugins: [], probes: [] };
    const run = (
      test: Partial<SuiteRecord['tests'][number]>,
      problems: SuiteRecord['setup']['problems'] = [],
      more: Partial<Pick<SuiteRecord, 'dynamo' | 'reasons'>> = {},
    ) =>
      exitCodeOfRun(
        {
          tests: [{ name: 'lf', tool: 'nixlbench', required: true, verdict: 'fail', cells: [], ...test }],
          setup: { ...setup, problems },
          reasons: [],
          ...more,
        },
        'fail',
      );
    const load = exampleReport().record.dynamo;
    assert.ok(load);
    const [first, ...others] = load.tests;
    assert.ok(first);
    const failed = { ...first, required: true, verdict: 'fail' as const, failure };
    assert.equal(run({}), 1, 'a missed expectation');
    assert.equal(run({ failure }), 4);
    assert.equal(run({ failure, required: false }), 1, 'another test failed by its figure');
    assert.equal(run({ verdict: 'skipped' }, [{ subject: 'etcd', message: 'm', hint: 'h' }]), 4);
    assert.equal(run({}, [], { dynamo: { ...load, tests: [failed, ...others] } }), 4, 'a deployment that never served');
    assert.equal(run({}, [], { reasons: [{ code: 'suite-failure', message: 'm' }] }), 4);
    assert.equal(run({ failure }, [], { reasons: [{ code: 'cancelled', message: 'm' }] }), 3);
    assert.equal(exitCodeOfRun({ tests: [], setup, reasons: [] }, 'regressed'), 1);
  });
});

describe('dynamo-bench validate and doctor', () => {
  let folder: string;
  const spec = async (tests: object[], more: object = {}) => {
    const file = join(folder, 'spec.json');
    await writeFile(file, JSON.stringify({ name: 's', tests, ...more }));
    return file;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'validate-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('doctor: 2 and a hint when its spec cannot be read', async () => {
    const { exitCode, stderr } = await inProcess(['doctor', '--spec', join(folder, 'missing.json')]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^error: .*missing\.json: ENOENT: .*\n {2}→ /);
  });

  it('--version is that of the package', async () => {
    const { stdout } = await dynamoBench(['--version']);
    assert.equal(stdout, SUITE_VERSION);
  });

  it('validate: 0 and the spec with its defaults, 1 and the problems, 2 when it cannot be read', async () => {
    const lf = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
    const good = await inProcess(['validate', await spec([lf]), '--json']);
    assert.equal(good.exitCode, 0);
    assert.equal(JSON.parse(good.stdout).spec.tests[0].maxBlockSize, 2 ** 26);
    const bad = await inProcess(['validate', await spec([{ ...lf, backend: 'x' }]), '--json']);
    assert.equal(bad.exitCode, 1);
    assert.equal(JSON.parse(bad.stdout).problems[0].path, 'tests[0].backend');
    assert.equal((await inProcess(['validate', join(folder, 'none.json')])).exitCode, 2);
  });

  it('validate names the tests of both phases in the order in which they run', async () => {
    const { exitCode, stdout } = await inProcess(['validate', P5_DYNAMO]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /\n {2}3\. nixl-ucx: nixlbench UCX/);
    assert.match(
      stdout,
      /\n {2}Dynamo by the Dynamo operator: Qwen\/Qwen3-0\.6B on TensorRT-LLM, 1 prefill and 1 decode/,
    );
    assert.match(stdout, /\n {2}5\. disaggregated: AIPerf, disaggregated, concurrency 1, 4, 16, ISL 2048, OSL 128/);
  });

  it('validate shows what makes a figure useless', async () => {
    const dynamo = { model: { name: 'm' }, tests: [{ name: 'load', tool: 'inference' }] };
    const file = await spec([{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }], { dynamo });
    const { exitCode, stdout } = await inProcess(['validate', file]);
    assert.equal(exitCode, 0);
    assert.match(stdout, /\ndoubtful:\n {2}- test load: its KV transfer cannot be proven/);
  });

  it('doctor: 4 when a check fails, and each finding as JSON', async () => {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', KUBECONFIG: join(folder, 'none') };
    const { exitCode, stdout } = await inProcess(['doctor', '--json', '--results', folder], env);
    assert.equal(exitCode, 4);
    const findings = JSON.parse(stdout) as { subject: string; ok: boolean }[];
    assert.equal(findings.find(({ subject }) => subject === 'Temporal')?.ok, false);
    assert.equal(findings.find(({ subject }) => subject === 'result store')?.ok, true);
  });

  it('doctor: the store with the start of its id, and one that lacks migrations', async () => {
    const results = join(folder, 'results');
    const store = await new ResultStore(results).open();
    const id = await store.id();
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', KUBECONFIG: join(folder, 'none') };
    const shown = async () => (await inProcess(['doctor', '--results', results], env)).stdout;
    assert.ok((await shown()).includes(`result store: ${store.name} (store ${id.slice(0, 8)}), no recorded runs`));
    await changeVersion(store, 'older');
    await store.close();
    assert.match(await shown(), /the result store .* lacks the migrations 0006-/);
  });
});
