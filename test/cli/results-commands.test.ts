import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compareRun } from '../../results/regression/compare-run.js';
import { putComparison } from '../../results/regression/run-comparison.store.js';
import { ResultStore } from '../../results/store.js';
import { dynamoBench, MAIN } from '../support/command-line.js';
import { isolated } from '../support/environment.js';
import { inProcess } from '../support/in-process.js';
import { recordNights } from '../support/nights.js';
import { suiteRecord } from '../support/records.js';
import { saveRun } from '../support/stored.js';

describe('dynamo-bench commands on recorded results', () => {
  let folder: string;
  let results: string;
  const load = { repetitions: 1, concurrencies: [1, 4] };
  const bench = (...args: string[]) => inProcess([...args, '--results', results]);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-'));
    results = join(folder, 'results');
    const store = new ResultStore(results);
    await recordNights(
      store,
      Array.from({ length: 12 }, (_, night) => ({ night, load })),
    );
    const [slow] = await recordNights(store, [{ night: 12, bandwidth: 42e9, load }]);
    assert.ok(slow);
    await store.write(async (transaction) => {
      await putComparison(transaction, slow, await compareRun(transaction, slow));
    });
    await saveRun(
      store,
      suiteRecord('other', [], { suite: 'other', verdict: 'inconclusive', startedAt: '2025-01-01T00:00:00.000Z' }),
      {},
    );
    await store.close();
  });
  after(() => rm(folder, { recursive: true }));

  it('reports in one line that its output cannot be written', async () => {
    const command = [process.execPath, MAIN, 'runs', '--results', results];
    const { stderr, exitCode } = await isolated('sh', ['-c', '"$@" > /dev/full', 'sh', ...command], { reject: false });
    assert.equal(exitCode, 4);
    assert.match(stderr, /^error: Cannot write to standard output: ENOSPC: .*\n {2}→ /);
  });

  it('lists the newest runs with their outcome', async () => {
    const { stdout } = await bench('runs', '--suite', 'p5', '--limit', '2');
    assert.match(stdout, /\nnightly-012 +p5 +regressed +2026-01-13 02:30 +25 min\nnightly-011 +p5 +pass /);
    assert.equal(JSON.parse((await bench('runs', '--json')).stdout).length, 14);
  });

  it('distinguishes runs of one workflow id by the start of their run ids, and finds each by that', async () => {
    const twice = join(folder, 'twice');
    const store = new ResultStore(twice);
    const runIds = ['019ac001-aaaa', '019ac001-bbbb', '119ac002-cccc'];
    for (const [i, runId] of runIds.entries()) {
      await saveRun(store, suiteRecord('my-run', [], { runId, startedAt: `2026-01-01T0${i}:00:00.000Z` }));
    }
    await saveRun(store, suiteRecord('once', [], { startedAt: '2025-01-01T00:00:00.000Z' }));
    await store.close();
    const there = (...args: string[]) => inProcess([...args, '--results', twice]);
    const { stdout } = await there('runs');
    const names = stdout
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ')[0]);
    assert.deepEqual(names, ['my-run@119ac002', 'my-run@019ac001-b', 'my-run@019ac001-a', 'once']);
    const report = JSON.parse((await there('report', 'my-run@019ac001-b', '--json')).stdout);
    assert.equal(report.runId, '019ac001-bbbb');
    const earlier = await there('report', 'my-run@019ac001-b', '--write', '--json');
    const newest = await there('report', 'my-run', '--write', '--json');
    for (const [{ stdout }, runId] of [
      [earlier, '019ac001-bbbb'],
      [newest, '119ac002-cccc'],
    ] as const) {
      const { folder, ...printed } = JSON.parse(stdout);
      assert.deepEqual(printed, { workflowId: 'my-run', runId, outcome: 'pass' });
      assert.equal(JSON.parse(await readFile(join(folder, 'record.json'), 'utf8')).runId, runId);
    }
  });

  it('reports a run in every format, with the verdict as exit code', async () => {
    const regressed = await bench('report', 'latest:p5');
    assert.equal(regressed.exitCode, 1);
    assert.match(regressed.stdout, /^# p5: regressed/);
    assert.match(regressed.stdout, /\n## Comparison with the baseline: regressed\n/);
    assert.equal((await bench('report', 'nightly-003')).exitCode, 0);
    assert.equal((await bench('report', 'other')).exitCode, 3);
    assert.match((await bench('report', 'nightly-012', '--format', 'html')).stdout, /<!doctype html>/);
    assert.equal(JSON.parse((await bench('report', 'nightly-012', '--json')).stdout).verdict, 'regressed');
    const { stdout } = await bench('report', 'nightly-012', '--write');
    assert.match(stdout, /^nightly-012: regressed; /);
    assert.match(await readFile(join(results, 'nightly-012', 'junit.xml'), 'utf8'), /<testsuites name="p5"/);
  });

  it('reports one test of a run, with the verdict of the run', async () => {
    const { stdout, exitCode } = await bench('report', 'nightly-012', '--format', 'csv', '--test', 'nixl-libfabric');
    assert.equal(exitCode, (await bench('report', 'nightly-012')).exitCode);
    const tests = stdout
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[4]);
    assert.deepEqual([...new Set(tests)], ['nixl-libfabric'], 'no test of phase 3');
    const unknown = await bench('report', 'nightly-012', '--test', 'nixl-libfabri');
    assert.match(
      unknown.stderr,
      /run nightly-012 has no transport test "nixl-libfabri"; did you mean "nixl-libfabric"\?/,
    );
    const both = await bench('report', '--write', '--test', 'nixl-libfabric');
    assert.equal(both.exitCode, 2);
    assert.match(both.stderr, /--write and --test exclude each other/);
  });

  it('suggests a similar run, metric, suite or baseline', async () => {
    for (const [args, message] of [
      [['report', 'nightly-0012'], /"nightly-0012".*did you mean "nightly-0\d\d"\?/],
      [['history', 'nixl-libfabrik', '--suite', 'p5'], /"nixl-libfabrik".*did you mean "nixl-libfabric"\?/],
      [['history', 'nixl-libfabric', '--suite', 'other'], /"nixl-libfabric".*--suite p5/s],
      [['history', '--suite', 'p6'], /"p6".*did you mean "p5"\?/],
      [['runs', '--suite', 'p6'], /"p6".*did you mean "p5"\?/],
      [['baseline', 'remove', 'golden', '--suite', 'p5'], /"golden"/],
    ] as const) {
      const { exitCode, stderr } = await bench(...args);
      assert.equal(exitCode, 2, args.join(' '));
      assert.match(stderr, message);
      assert.match(stderr, /\n {2}→ /);
    }
    const nothing = await inProcess(['runs', '--results', join(folder, 'nowhere')]);
    assert.equal(nothing.exitCode, 2);
    assert.match(nothing.stderr, /^error: .*nowhere.*\n {2}→ /);
    await assert.rejects(access(join(folder, 'nowhere')), 'reading creates no store');
  });

  it('compares two runs and a run with its baseline', async () => {
    const compared = await bench('compare', 'nightly-012');
    assert.equal(compared.exitCode, 1);
    assert.match(compared.stdout, /^regressed: /);
    const same = await bench('compare', 'nightly-011', '--json');
    assert.equal(JSON.parse(same.stdout).change, 'unchanged');
    assert.equal(same.exitCode, 0);
    const two = await bench('compare', 'nightly-003', 'nightly-012', '--json');
    assert.equal(two.exitCode, 3, 'three repetitions on each side decide nothing');
    assert.equal(JSON.parse(two.stdout).baseline.runs[0].workflowId, 'nightly-003');
  });

  it('shows a metric from run to run', async () => {
    const { stdout } = await bench('history', 'nixl-libfabric', '--suite', 'p5', '--runs', '5');
    assert.match(stdout, /^nixl-libfabric\/bandwidth\n/);
    assert.equal(stdout.split('\n').length, 2 + 5);
    const json = JSON.parse((await bench('history', 'nixl-libfabric/latency/64KiB', '--suite', 'p5', '--json')).stdout);
    assert.equal(json.unit, 'seconds');
    assert.equal(json.points.length, 13);
    const ofLoad = await bench('history', 'disaggregated', '--suite', 'p5', '--runs', '5');
    assert.match(ofLoad.stdout, /^disaggregated\/ttft\/c1\n.*\n\S+ \S+ +nightly-008 +\d{3}(?:\.\d+)? ms +1 /);
    const rate = await bench('history', 'aggregated/throughput/c4', '--suite', 'p5');
    assert.match(rate.stdout, / tokens\/s +1 +█/);
    assert.ok((await bench('history', '--suite', 'p5')).stdout.split('\n').includes('nixl-libfabric/bandwidth/64MiB'));
  });

  it('acknowledges only what regressed in a run, and lists what did', async () => {
    for (const [args, message] of [
      [['add', 'nightly-012', 'nixl-libfabrik', '--reason', 'r'], /did you mean "nixl-libfabric"\?/],
      [
        ['add', 'nightly-012', 'disaggregated/ttft/c4', '--reason', 'r'],
        /disaggregated\/ttft\/c4.*nightly-012.*\n {2}→ .*nixl-libfabric\/bandwidth/,
      ],
      [['add', 'nightly-011', '--reason', 'r'], /nightly-011.*\n {2}→ /],
      [['remove', 'nightly-012'], /nightly-012.*\n {2}→ .*dynamo-bench acknowledge/],
      [['add', 'nightly-012'], /--reason/],
      [['add', '--reason', 'r'], /missing required argument 'RUN'/],
      [['list', '--suite', 'p6'], /did you mean "p5"\?/],
    ] as const) {
      const { exitCode, stderr } = await bench('acknowledge', ...args);
      assert.equal(exitCode, 2, args.join(' '));
      assert.match(stderr, message);
    }
    assert.deepEqual(JSON.parse((await bench('acknowledge', 'list', '--json')).stdout), []);
  });

  it('accepts a baseline, compares with it, and removes it', async () => {
    assert.match(
      (await bench('baseline', 'accept', 'nightly-002', '--name', 'golden', '--reason', 'r')).stdout,
      /baseline "golden" of suite "p5".*"regression": \{ "baseline": "golden" \}/,
    );
    assert.deepEqual(
      JSON.parse((await bench('baseline', 'list', '--json')).stdout).map(({ name }: { name: string }) => name),
      ['golden'],
    );
    const doubtful = await bench('baseline', 'accept', 'other');
    assert.match(doubtful.stderr, /^warning: The outcome of run "other" is inconclusive/);
    assert.match(doubtful.stdout, /baseline "default" of suite "other": every run of the suite is compared with it/);
    const slow = await bench('baseline', 'accept', 'nightly-012', '--name', 'slow');
    assert.match(slow.stderr, /^warning: Run "nightly-012" regressed; [^\n]*$/);
    await bench('baseline', 'remove', 'slow', '--suite', 'p5');
    const both = await bench('compare', 'nightly-011', 'nightly-012', '--baseline', 'golden');
    assert.equal(both.exitCode, 2);
    assert.match(both.stderr, /^error: --baseline .*\n {2}→ /);
    const compared = await bench('compare', 'nightly-012', '--baseline', 'golden', '--json');
    assert.equal(JSON.parse(compared.stdout).baseline.name, 'golden');
    const removed = await bench('baseline', 'remove', 'golden', '--suite', 'p5', '--json');
    assert.equal(removed.exitCode, 0);
    assert.deepEqual(JSON.parse(removed.stdout), { suite: 'p5', removed: 'golden' });
  });

  it('exports, imports elsewhere, acknowledges there, and prunes', async () => {
    const file = join(folder, 'export.jsonl');
    assert.equal((await bench('export', '--out', file)).exitCode, 0);
    const copy = join(folder, 'copy');
    const there = (...args: string[]) => inProcess([...args, '--results', copy]);
    const imported = await there('import', file, '--trust');
    assert.match(imported.stdout, /^Imported 14 new runs, updated 0, skipped 0 existing \(\d+ lines\)$/);
    assert.equal(await readFile(file, 'utf8'), `${(await there('export')).stdout}\n`);
    assert.match((await there('runs', '--limit', '1')).stdout, /imported from export\.jsonl on \d{4}-\d\d-\d\d$/);
    assert.match(
      (await there('acknowledge', 'add', 'nightly-012', '--reason', 'known')).stdout,
      /^Acknowledged: nixl-libfabric/,
    );
    assert.equal((await there('compare', 'nightly-012')).exitCode, 0);
    const again = await there('acknowledge', 'add', 'nightly-012', 'nixl-libfabric', '--reason', 'ticket 1', '--json');
    assert.deepEqual(JSON.parse(again.stdout), { acknowledged: ['nixl-libfabric/bandwidth'] });
    const listed = JSON.parse((await there('acknowledge', 'list', '--suite', 'p5', '--json')).stdout);
    const headline = listed.filter(({ metric }: { metric: string }) => metric === 'nixl-libfabric/bandwidth');
    assert.deepEqual(
      headline.map(({ workflowId, reason }: Record<string, string>) => [workflowId, reason]),
      [['nightly-012', 'ticket 1']],
      'acknowledging it again replaces the reason',
    );
    assert.match(
      (await there('acknowledge', '--list')).stdout,
      /\np5 +nixl-libfabric\/bandwidth +nightly-012 .* ticket 1/,
    );
    const removed = await there('acknowledge', 'nightly-012', '--remove', '--json');
    assert.ok(JSON.parse(removed.stdout).removed.includes('nixl-libfabric/bandwidth'));
    assert.match(removed.stderr, /^warning: .*`dynamo-bench acknowledge remove`$/, 'the deprecated form');
    assert.deepEqual(JSON.parse((await there('acknowledge', 'list', '--json')).stdout), []);
    assert.equal((await there('compare', 'nightly-012')).exitCode, 1, 'it is flagged again');
    assert.ok(JSON.parse((await there('import', file, '--json')).stdout).lines > 0);
    const site = await there('site', '--out', join(folder, 'site'), '--json');
    assert.equal(JSON.parse(site.stdout).index, join(folder, 'site', 'index.html'));
    const plan = await there('prune', '--keep', '3', '--dry-run');
    assert.match(plan.stdout, /10 runs would be deleted$/);
    const { stdout: pruned } = await there('prune', '--keep', '3');
    assert.match(pruned, /10 runs deleted, with \d+ cells and 0 texts of .*; results\.db is [\d.]+ [KM]iB smaller$/);
    const nothing = JSON.parse((await there('prune', '--keep', '3', '--json')).stdout);
    assert.deepEqual(nothing, { runs: [], cells: 0, evidence: { texts: 0, bytes: 0 }, freed: 0 });
    assert.equal(JSON.parse((await there('runs', '--json')).stdout).length, 4);
    assert.equal((await there('prune')).exitCode, 2);
  });

  it('reads an export from a pipe to its end before it locks the store', async () => {
    const empty = join(folder, 'empty');
    const args = [MAIN, 'import', '-', '--results', empty];
    const child = isolated(process.execPath, args, { reject: false });
    const { stdout } = await bench('export');
    const half = stdout.length / 2;
    // More than a pipe holds: when it is written, the process has read most of it.
    assert.ok(half > 2 * 65_536, `${half} bytes`);
    await new Promise((resolve) => child.stdin.write(stdout.slice(0, half), resolve));
    const opened = await access(join(empty, 'results.db')).then(
      () => true,
      () => false,
    );
    child.stdin.end(stdout.slice(half));
    assert.match((await child).stdout, /^Imported 14 new runs/);
    assert.equal(opened, false);
  });

  it('refuses an incomplete export with 2, and leaves no partial file behind', async () => {
    const file = join(folder, 'wrong.jsonl');
    const whole = await bench('export');
    await writeFile(file, whole.stdout.slice(0, -100));
    for (const [name, message] of [
      [file, /^error: .*wrong\.jsonl: line \d+: .*\n {2}→ .*`dynamo-bench export`/],
      [folder, /^error: .*: Cannot read the export: EISDIR.*\n {2}→ /],
      [join(folder, 'nowhere.jsonl'), /^error: .*: Cannot read the export: ENOENT/],
    ] as const) {
      const { exitCode, stderr } = await bench('import', name);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
    const piped = await dynamoBench(['import', '-', '--results', results], { input: 'null\n' });
    assert.equal(piped.exitCode, 2);
    assert.match(piped.stderr, /^error: standard input: line 1: /);
    for (const out of [folder, join(folder, 'nowhere', 'x.jsonl')]) {
      const { exitCode, stderr } = await bench('export', '--out', out);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: Cannot write .*\n {2}→ /);
    }
    assert.deepEqual(
      (await readdir(dirname(folder))).filter((name) => name.endsWith('.part')),
      [],
    );
  });
});
