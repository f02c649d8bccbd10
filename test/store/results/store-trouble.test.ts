import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { toStoreFailure } from '../../../results/database/store-failure.js';
import { ResultStore } from '../../../results/store.js';
import { SuiteFailure } from '../../../suite/verdict/failure.js';
import { failureOfClass } from '../../support/failure-of-class.js';
import { changeVersion } from '../../support/migrations.js';
import { PostgresServer } from '../../support/postgres.js';
import { measuredCell, runOf, suiteRecord } from '../../support/records.js';
import { cellsOf, readRun, runs, saveCell, saveRun } from '../../support/stored.js';
import { onBothDatabases } from '../../support/stores.js';

onBothDatabases('trouble with the result store', (kind) => {
  it('refuses a store of a newer version, and a run of a newer record version', async () => {
    const store = await kind.create();
    await saveRun(store, suiteRecord('w', []));
    await store.use((kysely) => kysely.updateTable('run').set({ record: '{"version":99,"workflowId":"w"}' }).execute());
    await assert.rejects(readRun(store, 'w'), failureOfClass('StoreTooNew', /version 99/));
    await changeVersion(store, 'newer');
    await assert.rejects(kind.again(store).open(), failureOfClass('StoreTooNew', /9999-of-the-future/));
  });

  it('is of a newer version for a worker that had it open before, and another one may go on', async () => {
    const store = await kind.create();
    await saveRun(store, suiteRecord('w', []));
    const newer = kind.again(store);
    await newer.use((kysely) => kysely.schema.alterTable('run').renameColumn('suite', 'suite_name').execute());
    await changeVersion(newer, 'newer');
    await assert.rejects(runs(store), (error: unknown) => {
      failureOfClass('StoreTooNew', /9999-of-the-future/)(error);
      assert.equal((error as SuiteFailure).retry, 'infrastructure');
      return true;
    });
  });

  it('says so when stored evidence is no longer what it was', async () => {
    const store = await kind.create();
    const { sha256 } = await store.saveLog('w', 'x.log', 'text');
    const other = await store.saveLog('w', 'y.log', 'other');
    await store.use(async (kysely) => {
      const rows = kysely.selectFrom('evidence').select('body').where('sha256', '=', other.sha256);
      const { body } = await rows.executeTakeFirstOrThrow();
      await kysely.updateTable('evidence').set({ body }).where('sha256', '=', sha256).execute();
    });
    await assert.rejects(store.readLog('w', 'x.log'), failureOfClass('StoreCorrupt', /its hash differs/));
    await store.use((kysely) =>
      kysely
        .updateTable('evidence')
        .set({ body: Buffer.from('no zstd') })
        .execute(),
    );
    await assert.rejects(store.readLog('w', 'x.log'), failureOfClass('StoreCorrupt', /cannot decompress evidence/));
  });

  it('is usable by several connections that write at the same time', async () => {
    const store = await kind.create();
    const others = Array.from({ length: 6 }, () => kind.again(store));
    await Promise.all(others.map((other) => other.open()));
    await Promise.all(others.map((other, i) => saveCell(other, runOf(`w${i}`), measuredCell({ workflowId: `w${i}` }))));
    for (const i of others.keys()) assert.equal((await cellsOf(store, `w${i}`, 'nixl-libfabric')).length, 1);
  });
});

describe('trouble with results.db', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'results-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('names a file that is not a database', async () => {
    await writeFile(join(folder, 'results.db'), 'this is not a database, and long enough to be looked at'.repeat(50));
    await assert.rejects(new ResultStore(folder).open(), failureOfClass('StoreCorrupt', /results\.db is damaged/));
  });

  it('names a database whose pages are damaged, and works again once it is moved away', async () => {
    const store = new ResultStore(folder);
    for (let i = 0; i < 20; i++) await saveCell(store, runOf(`w${i}`), measuredCell({ workflowId: `w${i}` }));
    await store.close();
    await writeFile(join(folder, 'results.db'), Buffer.alloc(200_000, 0xab), { flag: 'r+' });
    await assert.rejects(new ResultStore(folder).open(), failureOfClass('StoreCorrupt'));
    await rm(join(folder, 'results.db'));
    const fresh = new ResultStore(folder);
    assert.deepEqual(await runs(fresh), []);
    await fresh.close();
  });

  it('names a folder that cannot be written, and works once it can', async () => {
    await writeFile(join(folder, 'results'), 'a file where the folder should be');
    const store = new ResultStore(join(folder, 'results'));
    await assert.rejects(store.open(), failureOfClass('StoreNotWritable', /cannot be written/));
    await rm(join(folder, 'results'));
    await mkdir(join(folder, 'results'));
    assert.deepEqual(await runs(store), []);
    await store.close();
  });

  it('says that it is full, loses nothing, and works once there is room', async () => {
    const store = new ResultStore(folder);
    await saveCell(store, runOf('w1'), measuredCell({ workflowId: 'w1' }));
    await limitPages(store, 'page_count');
    const text = randomText(200_000);
    await assert.rejects(store.saveLog('w1', 'x.log', text), failureOfClass('StoreFull', /no space left/));
    assert.equal((await cellsOf(store, 'w1', 'nixl-libfabric')).length, 1);
    await limitPages(store, '1000000');
    await store.saveLog('w1', 'x.log', text);
    assert.equal(await store.readLog('w1', 'x.log'), text);
    await store.close();
  });

  /** The nearest to a full disk that needs no disk: SQLite then fails in the same way. */
  async function limitPages(store: ResultStore, pages: string): Promise<void> {
    await store.use(async (kysely) => {
      const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(kysely);
      const limit = pages === 'page_count' ? rows[0]?.page_count : pages;
      await sql`pragma max_page_count = ${sql.raw(String(limit))}`.execute(kysely);
    });
  }
});

describe('trouble with PostgreSQL', () => {
  let server: PostgresServer;
  let folder: string;
  before(async function () {
    this.timeout(300_000);
    server = await PostgresServer.create();
    folder = await mkdtemp(join(tmpdir(), 'results-'));
  });
  after(async () => {
    await server.remove();
    await rm(folder, { recursive: true });
  });

  it('is tried again while the server is gone, and nothing is lost when it is back', async () => {
    const store = new ResultStore(folder, await server.database());
    const [first, second] = [1, 2].map((repetition) => measuredCell({ workflowId: 'w', repetition }));
    assert.ok(first && second);
    await saveCell(store, runOf('w'), first);
    await server.stop();
    await assert.rejects(saveCell(store, runOf('w'), second), (error: unknown) => {
      failureOfClass('StoreUnavailable', /cannot be reached|does not answer/)(error);
      assert.equal((error as SuiteFailure).retry, 'infrastructure');
      return true;
    });
    await assert.rejects(new ResultStore(folder, store.url).open(), failureOfClass('StoreUnavailable'));
    await server.start();
    await saveCell(store, runOf('w'), second);
    assert.deepEqual(await cellsOf(store, 'w', first.test), [first, second]);
    await store.close();
  });

  it('does not let in by a wrong name, and never shows a password', async () => {
    const url = server.url('no_such_database').replace('bench@', 'bench:secret@');
    await assert.rejects(new ResultStore(folder, url).open(), (error: unknown) => {
      failureOfClass('StoreRefused', /no_such_database/)(error);
      assert.doesNotMatch((error as Error).message, /secret/);
      return true;
    });
  });
});

describe('toStoreFailure', () => {
  it('distinguishes failures to retry from failures that a person must fix', () => {
    const classOf = (code: string) => toStoreFailure(Object.assign(new Error('m'), { code }), 's').class;
    assert.equal(classOf('ENOSPC'), 'StoreFull');
    assert.equal(classOf('EROFS'), 'StoreNotWritable');
    assert.equal(classOf('SQLITE_READONLY_DBMOVED'), 'StoreNotWritable');
    assert.equal(classOf('SQLITE_BUSY_SNAPSHOT'), 'StoreUnavailable');
    assert.equal(classOf('57P01'), 'StoreUnavailable');
    assert.equal(classOf('28P01'), 'StoreRefused');
    assert.equal(classOf('53100'), 'StoreFull');
    assert.equal(classOf('ECONNREFUSED'), 'StoreUnavailable');
    assert.equal(classOf('ESOMETHING'), 'Internal');
    assert.equal(toStoreFailure(new Error('Connection terminated unexpectedly'), 's').class, 'StoreUnavailable');
    const both = new AggregateError([Object.assign(new Error('m'), { code: 'ECONNREFUSED' })]);
    assert.equal(toStoreFailure(both, 's').class, 'StoreUnavailable');
    const known = new SuiteFailure('NotFound', 'm');
    assert.equal(toStoreFailure(known, 's'), known);
  });
});

/** Returns digits and spaces that compress little, and that the filter of secrets does not change. */
function randomText(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return '0123456789 '.charAt(state % 11);
  }).join('');
}
