import assert from 'node:assert/strict';
import {
  access,
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResultStore } from '../../results/store.js';
import { inProcess } from '../support/in-process.js';
import { recordNights } from '../support/nights.js';

describe('dynamo-bench export and import', () => {
  let folder: string;
  let file: string;
  const at = (name: string) => join(folder, name);
  const exists = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exchange-'));
    file = at('results.jsonl');
    const store = new ResultStore(at('source'));
    await recordNights(
      store,
      Array.from({ length: 4 }, (_, night) => ({ night })),
    );
    await store.close();
    assert.equal((await inProcess(['export-key', at('team.key')])).exitCode, 0);
    assert.equal((await inProcess(['export-key', at('other.key')])).exitCode, 0);
    const signed = ['export', '--results', at('source'), '--out', file, '--sign', at('team.key')];
    assert.equal((await inProcess(signed)).exitCode, 0);
  });
  after(() => rm(folder, { recursive: true }));

  it('sign a file, so that only this file with this key is imported', async () => {
    assert.equal((await stat(at('team.key'))).mode & 0o777, 0o600);
    for (const name of [file, `${file}.sig`]) assert.equal((await stat(name)).mode & 0o777, 0o640);
    const verified = (name: string, key: string) =>
      inProcess(['import', name, '--verify', at(key), '--results', at('verified')]);
    const changed = at('changed.jsonl');
    await copyFile(file, changed);
    await copyFile(`${file}.sig`, `${changed}.sig`);
    await appendFile(changed, '\n');
    const unsigned = at('unsigned.jsonl');
    await copyFile(file, unsigned);
    const forged = at('forged.jsonl');
    await copyFile(file, forged);
    await writeFile(
      `${forged}.sig`,
      (await readFile(`${file}.sig`, 'utf8')).replace(/"ed25519":"..../, '"ed25519":"AAAA'),
    );
    for (const [name, key, message] of [
      [file, 'other.key.pub', /was not made with the private key of .*other\.key\.pub/],
      [changed, 'team.key.pub', /is that of another file/],
      [unsigned, 'team.key.pub', /Cannot read the signature: ENOENT/],
      [forged, 'team.key.pub', /was not made with the private key/],
      [file, 'results.jsonl.sig', /has no public key in PEM/],
      [file, 'results.jsonl', /is too long for a public key/],
      [file, 'nowhere.pub', /Cannot read the public key: ENOENT/],
    ] as const) {
      const { exitCode, stderr } = await verified(name, key);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /\n {2}→ /);
    }
    assert.equal(await exists(at('verified')), false, 'nothing was written');
    assert.match((await verified(file, 'team.key.pub')).stdout, /^Imported 4 new runs/);
  });

  it('refuse keys and options that make no signature', async () => {
    for (const [args, message] of [
      [['export', '--sign', at('team.key')], /--sign needs --out/],
      [['export', '--out', at('x'), '--sign', at('team.key.pub')], /Every user of this machine has access to key file/],
      [['export', '--out', at('x'), '--sign', at('nowhere')], /Cannot read key file .*dynamo-bench export-key/],
      [['export-key', at('team.key')], /Cannot create .*team\.key: EEXIST/],
      [['import', file, '--signature', file], /--signature needs --verify/],
      [['import', '-', '--verify', at('team.key.pub')], /Standard input has no signature beside it/],
      [['import', file, '--label', 'a\nb'], /Expected one line/],
    ] as const) {
      const { exitCode, stderr } = await inProcess([
        ...args,
        ...(args[0] === 'export-key' ? [] : ['--results', at('source')]),
      ]);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal(await exists(at('x')), false);
  });

  it('refuse a line of 700 MB while it is read', async () => {
    const long = at('long.jsonl');
    await copyFile(file, long);
    await truncate(long, 700 * 2 ** 20);
    const { exitCode, stderr } = await inProcess(['import', long, '--results', at('long')]);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, /^error: .*long\.jsonl: the export is too large: line \d+ has more than 128 MiB\n {2}→ /);
    assert.deepEqual(JSON.parse((await inProcess(['runs', '--json', '--results', at('long')])).stdout), []);
  });

  it('show the origin of imported runs, and leave out runs that cannot be read', async () => {
    const there = (...args: string[]) => inProcess([...args, '--results', at('untrusted')]);
    const own = new ResultStore(at('untrusted'));
    await recordNights(own, [{ night: 9 }]);
    await own.close();
    const imported = await there('import', file, '--label', 'mail of Ada');
    assert.match(imported.stdout, /^Imported 4 new runs.*\nLeft out 12 items that need trust: /);
    const origin = /imported from mail of Ada on \d{4}-\d\d-\d\d, not trusted/;
    assert.match((await there('runs')).stdout, origin);
    assert.equal(
      JSON.parse((await there('runs', '--json')).stdout).filter((run: { origin?: object }) => run.origin).length,
      4,
    );
    for (const format of ['md', 'html'])
      assert.match((await there('report', 'nightly-003', '--format', format)).stdout, origin);
    const json = JSON.parse((await there('report', 'nightly-003', '--json')).stdout);
    assert.deepEqual([json.origin.label, json.origin.trusted], ['mail of Ada', false]);
    assert.match((await there('history', 'nixl-libfabric')).stdout, origin);
    assert.match((await there('compare', 'nightly-003', 'nightly-009')).stdout, origin);
    assert.match((await there('compare', 'nightly-009', 'nightly-003')).stdout, origin);
    assert.doesNotMatch((await there('compare', 'nightly-009')).stdout, origin);
    await there('site', '--out', at('site'));
    for (const page of ['index.html', 'history/p5.html', 'runs/nightly-003/report.html'])
      assert.match(await readFile(join(at('site'), page), 'utf8'), origin, page);

    const bad = new ResultStore(at('untrusted'));
    for (const [i, record] of ['null', '{"version":1}', '{"version":2,"tests":"x"}', '['.repeat(1e5)].entries()) {
      const time = `2027-01-0${i + 1}T00:00:00.000Z`;
      const row = {
        workflow_id: `bad-${i}`,
        run_id: 'r',
        suite: 'p5',
        started_at: time,
        ended_at: time,
        verdict: 'pass',
      };
      await bad.use((kysely) =>
        kysely
          .insertInto('run')
          .values({ ...row, record })
          .execute(),
      );
    }
    await bad.use((kysely) =>
      kysely
        .insertInto('comparison')
        .values({ workflow_id: 'nightly-009', run_id: 'run-nightly-009', record: 'null' })
        .execute(),
    );
    await bad.close();
    const warned = /^warning: Left out: the record of run bad-3@r cannot be read: .*\n {2}→ /m;
    for (const args of [
      ['report', 'latest'],
      ['report', 'latest:p5'],
      ['compare', 'latest'],
      ['compare', 'nightly-003', 'latest'],
      ['runs'],
      ['site', '--out', at('site')],
    ]) {
      const { exitCode, stderr } = await there(...args);
      assert.ok([0, 3].includes(exitCode ?? -1), `${args}: ${exitCode} ${stderr}`);
      assert.match(stderr, warned, args.join(' '));
    }
    assert.equal((await there('history', 'nixl-libfabric')).exitCode, 0);
    assert.match((await there('report', 'latest')).stdout, /^# p5: pass\n\nRun `nightly-009`/);
    assert.match((await there('report', 'latest')).stderr, /run nightly-009@run-nightly-009 .*its comparison/);
    assert.equal(JSON.parse((await there('runs', '--json')).stdout).length, 5);
    assert.deepEqual((await readdir(join(at('site'), 'runs'))).sort(), [
      'nightly-000',
      'nightly-001',
      'nightly-002',
      'nightly-003',
      'nightly-009',
    ]);
    const named = await there('report', 'bad-0');
    assert.equal(named.exitCode, 4);
    assert.match(named.stderr, /^error: the record of run bad-0@r cannot be read: .*\n {2}→ /);
  });
});
