import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ResultStore } from '../../../../results/store.js';
import { MAIN } from '../../../support/command-line.js';
import { isolated } from '../../../support/environment.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { changeVersion } from '../../../support/migrations.js';
import { NOBODY_IN_GROUP } from '../../../support/nobody.js';
import { suiteRecord } from '../../../support/records.js';
import { runs, saveRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

onBothDatabases('a store that is only read', (kind) => {
  it('is not created', async () => {
    const store = await kind.create();
    await assert.rejects(runs(kind.toRead(store)), failureOfClass('NotFound', /no results are recorded in .* yet/));
    await assert.rejects(runs(kind.toRead(store)), failureOfClass('NotFound'), 'nor by looking once');
    await assert.rejects(readdir(store.root), { code: 'ENOENT' });
  });

  it('is not brought up to date', async () => {
    const store = await kind.create();
    await saveRun(store, suiteRecord('w', []));
    await changeVersion(store, 'older');
    await assert.rejects(
      runs(kind.toRead(store)),
      failureOfClass('StoreTooOld', /lacks the migrations 0006-inference-cells, 0007-store-id, 0008-run-origin$/),
    );
    await assert.rejects(runs(kind.toRead(store)), failureOfClass('StoreTooOld'), 'nor by looking once');
  });

  it('takes no change, and shows what others write', async () => {
    const store = await kind.create();
    await saveRun(store, suiteRecord('first', []));
    const reader = kind.toRead(store);
    assert.equal((await runs(reader)).length, 1);
    await assert.rejects(saveRun(reader, suiteRecord('other', []), {}), failureOfClass('StoreNotWritable'));
    await saveRun(store, suiteRecord('second', []));
    assert.equal((await runs(reader)).length, 2);
  });
});

describe('results.db of another user of the group', () => {
  let folder: string;
  let store: ResultStore;
  const runs = async () => {
    const { exitCode, stdout, stderr } = await isolated(
      process.execPath,
      [MAIN, 'runs', '--json', '--results', folder],
      { ...NOBODY_IN_GROUP, cwd: tmpdir(), reject: false },
    );
    return {
      exitCode,
      stderr,
      ids: exitCode === 0 ? JSON.parse(stdout).map((run: { workflowId: string }) => run.workflowId) : [],
    };
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'results-'));
    store = new ResultStore(folder);
    await saveRun(store, suiteRecord('w', []));
  });
  afterEach(async () => {
    await store.close();
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true });
  });

  it('is read where nothing may be written, whether a worker has it open or not, and left as it is', async () => {
    await chmod(folder, 0o555);
    const open = await readdir(folder);
    assert.ok(open.includes('results.db-wal'));
    assert.deepEqual(await runs(), { exitCode: 0, stderr: '', ids: ['w'] });
    assert.deepEqual(await readdir(folder), open);
    await chmod(folder, 0o755);
    await store.close();
    await chmod(folder, 0o555);
    const closed = await readdir(folder);
    assert.ok(!closed.includes('results.db-wal'));
    assert.deepEqual(await runs(), { exitCode: 0, stderr: '', ids: ['w'] });
    assert.deepEqual(await readdir(folder), closed);
  });

  it('is read in a folder that all may write to, and nothing of the reader is left in the way of its owner', async () => {
    await store.close();
    await chmod(folder, 0o777);
    const before = await readdir(folder);
    assert.deepEqual((await runs()).ids, ['w']);
    assert.deepEqual(await readdir(folder), before);
  });

  it('says whom to ask when it may not be read', async () => {
    await chmod(folder, 0o755);
    await chmod(join(folder, 'results.db'), 0o000);
    const { exitCode, stderr } = await runs();
    assert.equal(exitCode, 4);
    assert.match(
      stderr,
      /^error: the result store .*results\.db cannot be read: EACCES.*\n {2}→ Give this user read permission /,
    );
  });
});
