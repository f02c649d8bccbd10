import assert from 'node:assert/strict';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReportFiles } from '../../../../reports/files.js';
import { readReport } from '../../../../reports/model/assemble.js';
import { writeBelow, writePieces } from '../../../../results/records/folder.js';
import { ResultStore } from '../../../../results/store.js';
import { SuiteFailure } from '../../../../suite/verdict/failure.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';
import { saveRun } from '../../../support/stored.js';

describe('files below the folder of a store', () => {
  let outside: string;
  let store: ResultStore;
  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), 'below-'));
    store = new ResultStore(join(outside, 'results'));
  });
  afterEach(async () => {
    await store.close();
    await rm(outside, { recursive: true });
  });

  it('are not written through a symbolic link', async () => {
    await store.saveLog('w', 'a/x.log', 'text');
    await mkdir(join(outside, 'target'));
    await writeFile(join(outside, 'target', 'x.log'), 'precious');
    await symlink(join(outside, 'target'), join(store.folder('w'), 'link'));
    await assert.rejects(
      store.saveLog('w', 'link/x.log', 'overwritten'),
      failureOfClass('UnsafePath', /symbolic link/),
    );
    await assert.rejects(store.saveLog('w', 'link/new/x.log', 'created'), failureOfClass('UnsafePath'));
    await symlink(join(outside, 'target'), store.folder('linked'));
    await assert.rejects(store.saveLog('linked', 'x.log', 'overwritten'), failureOfClass('UnsafePath'));
    await symlink(join(outside, 'target', 'x.log'), join(store.folder('w'), 'a', 'file.log'));
    await store.saveLog('w', 'a/file.log', 'in the place of the link');
    assert.ok((await lstat(join(store.folder('w'), 'a', 'file.log'))).isFile());
    assert.equal(await readFile(join(outside, 'target', 'x.log'), 'utf8'), 'precious');
    assert.deepEqual(await readdir(join(outside, 'target')), ['x.log']);
  });

  it('are written when the folder of the store is a symbolic link', async () => {
    await mkdir(join(outside, 'disk'));
    await symlink(join(outside, 'disk'), join(outside, 'linked'));
    await writeBelow(join(outside, 'linked'), 'w/x.log', ['text']);
    assert.equal(await readFile(join(outside, 'disk', 'w', 'x.log'), 'utf8'), 'text');
  });

  it('are not those of a record whose evidence leaves its folder', async () => {
    await writeFile(join(outside, 'x.log'), 'precious');
    const text = 'overwritten';
    const log = await store.saveLog('other', 'a/x.log', text);
    const cell = measuredCell({ workflowId: 'w' });
    const [attempt] = cell.attempts;
    assert.ok(attempt?.ranks[0]);
    for (const path of ['../../x.log', `${outside}/x.log`, 'a/x.html', `${'é'.repeat(300)}.log`]) {
      const ranks = [{ ...attempt.ranks[0], log: { ...log, path } }];
      const record = suiteRecord('w', [{ ...cell, attempts: [{ ...attempt, ranks }] }]);
      await assert.rejects(store.writeRun(record, {}), failureOfClass('UnsafePath'), path);
      await assert.rejects(store.saveLog('w', path, text), failureOfClass('UnsafePath'), path);
    }
    assert.equal(await readFile(join(outside, 'x.log'), 'utf8'), 'precious');
    assert.deepEqual((await readdir(outside)).sort(), ['results', 'x.log']);
  });

  it('have a folder for a workflow id of 300 é, and none for an id that leaves the store', async () => {
    const id = 'é'.repeat(300);
    await saveRun(store, suiteRecord(id, []));
    const folder = await writeReportFiles(store, await store.use((kysely) => readReport(kysely, id)));
    assert.ok((await readdir(folder)).includes('report.html'));
    for (const wrong of ['.', '..', ''])
      await assert.rejects(store.saveLog(wrong, 'x.log', 'text'), failureOfClass('UnsafePath'));
  });

  it('fail without a retry when the whole path is too long for the file system', async () => {
    const deep = new ResultStore(join(outside, ...Array.from({ length: 17 }, () => 'd'.repeat(250))));
    await assert.rejects(
      deep.writeFile('w', 'report.md', ['text']),
      (error) => error instanceof SuiteFailure && error.class === 'UnsafePath' && error.retry === 'never',
    );
  });
});

describe('permissions of results', () => {
  let root: string;
  let umask: number;
  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'modes-')), 'results');
    umask = process.umask();
  });
  afterEach(async () => {
    process.umask(umask);
    await rm(join(root, '..'), { recursive: true });
  });
  const modeOf = async (...parts: string[]) => ((await stat(join(root, ...parts))).mode & 0o7777).toString(8);

  for (const mask of [0o000, 0o022, 0o077]) {
    it(`are 640 and 750, whatever the umask: ${mask.toString(8)}`, async () => {
      process.umask(mask);
      const store = new ResultStore(root);
      await saveRun(store, suiteRecord('w', []));
      await store.saveLog('w', 'a/b/x.log', 'text');
      for (const file of ['results.db', 'results.db-wal', 'results.db-shm', 'w/record.json', 'w/a/b/x.log'])
        assert.equal(await modeOf(file), '640', file);
      for (const folder of ['.', 'w', 'w/a', 'w/a/b']) assert.equal(await modeOf(folder), '750', folder);
      await store.close();
      await writePieces(join(root, 'export.jsonl'), ['{}\n']);
      assert.equal(await modeOf('export.jsonl'), '640');
    });
  }

  it('of existing files are tightened when the store is opened, and never widened', async () => {
    const first = await new ResultStore(root).open();
    await saveRun(first, suiteRecord('w', []));
    await chmod(join(root, 'results.db'), 0o666);
    for (const file of ['results.db-wal', 'results.db-shm']) await chmod(join(root, file), 0o644);
    const second = await new ResultStore(root).open();
    for (const file of ['results.db', 'results.db-wal', 'results.db-shm'])
      assert.equal(await modeOf(file), '640', file);
    await second.close();
    await first.close();
    await chmod(join(root, 'results.db'), 0o600);
    await (await new ResultStore(root).open()).close();
    assert.equal(await modeOf('results.db'), '600');
  });
});
