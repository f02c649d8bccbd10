import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { exportLines } from '../../../../results/exchange/export.js';
import { importLines } from '../../../../results/exchange/import.js';
import { type CellRecord, isInferenceCell } from '../../../../results/records/any-cell.js';
import { cellId } from '../../../../results/records/cells.js';
import { readHistory } from '../../../../results/records/history.js';
import type { ResultStore } from '../../../../results/store.js';
import { currentCell } from '../../../../suite/record/current-cell.js';
import { RECORD_VERSION, type SuiteRecord } from '../../../../suite/record/record.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { formerExport, writeFormerStore } from '../../../support/former-store.js';
import { nightlyRun } from '../../../support/nights.js';
import { findCell, readRun, saveRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const NIGHTS = ['nightly-000', 'nightly-001', 'nightly-002'];
const ALL_MIGRATIONS = [
  '0001-first-tables',
  '0002-load-series',
  '0003-temporal-namespace',
  '0004-store-version',
  '0005-series-conditions',
  '0006-inference-cells',
  '0007-store-id',
  '0008-run-origin',
];

const TRUSTED = { label: 'former.jsonl', trust: true };

type FormerRun = Omit<SuiteRecord, 'version'>;

/** A run as the program that recorded it would report it, but for what has another name now. */
function recordedRun(workflowId: string): SuiteRecord {
  const lines = formerExport().map((line) => JSON.parse(line));
  const cells = new Map(lines.flatMap(({ kind, record }) => (kind === 'cell' ? [[cellId(record), record]] : [])));
  const line = lines.find(({ kind, row }) => kind === 'run' && row.workflow_id === workflowId);
  const { dynamo, ...run }: FormerRun = JSON.parse(line.row.record);
  const own: CellRecord[] = line.cells.map((id: string) => currentCell(cells.get(id)));
  const transport = own.filter((cell) => !isInferenceCell(cell));
  assert.ok(dynamo);
  return {
    ...run,
    version: RECORD_VERSION,
    tests: run.tests.map((test) => ({ ...test, cells: transport.filter((cell) => cell.test === test.name) })),
    dynamo: {
      ...dynamo,
      tests: dynamo.tests.map((test) => ({
        ...test,
        cells: test.cells.map((cell) => currentCell(cell)).filter(isInferenceCell),
      })),
    },
  };
}

function loadCell(workflowId: string, test: string, concurrency: number): CellRecord {
  const tests = recordedRun(workflowId).dynamo?.tests ?? [];
  const cell = tests.find(({ name }) => name === test)?.cells.find((one) => one.concurrency === concurrency);
  assert.ok(cell);
  return cell;
}

async function linesOf(store: ResultStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(store)) lines.push(line.trimEnd());
  return lines;
}

async function rowsOf(store: ResultStore, query: string): Promise<unknown[]> {
  return store.use(async (kysely) => (await sql.raw(query).execute(kysely)).rows);
}

async function* formerLines(): AsyncGenerator<string> {
  yield* formerExport();
}

onBothDatabases('a store of an earlier version', (kind) => {
  for (const version of [1, 2, 3] as const) {
    it(`is brought up to date from version ${version}, with every run as it was recorded`, async () => {
      const store = await kind.create();
      await writeFormerStore(store, version);
      for (const workflowId of NIGHTS)
        assert.deepEqual(await readRun(store, workflowId), { record: recordedRun(workflowId), complete: true });
      const names = await rowsOf(store, 'select name from kysely_migration order by name');
      assert.deepEqual(
        names.map((row) => (row as { name: string }).name),
        ALL_MIGRATIONS,
      );
    });
  }

  it('has each load cell once, linked to its workflow and its run', async () => {
    const store = await kind.create();
    await writeFormerStore(store, 3);
    await store.open();
    const count = async (query: string) => Number(Object.values((await rowsOf(store, query))[0] ?? {})[0]);
    assert.equal(await count('select count(*) from cell'), 26, 'three nights of 2 + 6, and two of the open run');
    assert.equal(await count('select count(*) from workflow_cell'), 27, 'one of them taken over');
    assert.equal(await count("select count(*) from log where path like '%/cells/%'"), 0);
    assert.equal(await count('select count(*) from run where record like \'%"cells"%\''), 0);
    assert.equal(await count('select count(*) from evidence where sha256 not in (select sha256 from log)'), 0);
    const cell = loadCell('nightly-001', 'disaggregated', 1);
    assert.deepEqual(await findCell(store, 'nightly-001', cell.key), cell);
    assert.deepEqual(await findCell(store, 'goes-on', cell.key), cell, 'taken over');
    const failed = await findCell(store, 'goes-on', loadCell('nightly-001', 'disaggregated', 16).key);
    assert.equal(failed?.failure?.class, 'PodLost');
    const { record, complete } = await readRun(store, 'goes-on');
    assert.equal(complete, false);
    assert.deepEqual(
      record.dynamo?.tests.map(({ name, cells }) => [name, cells.length]),
      [
        ['aggregated', 0],
        ['disaggregated', 2],
        ['no-control', 0],
      ],
    );
  });

  it('has cells under the current names', async () => {
    const store = await kind.create();
    await writeFormerStore(store, 3);
    const { record } = await readRun(store, 'nightly-002');
    const [transport] = record.tests[0]?.cells ?? [];
    assert.deepEqual(transport?.nodes, ['gpu-1', 'gpu-2']);
    assert.deepEqual(transport?.parameters?.env, { FI_PROVIDER: 'efa' });
    assert.deepEqual(transport?.parameters?.expect, { minBandwidth: 40e9 });
    const [load] = record.dynamo?.tests[1]?.cells ?? [];
    assert.deepEqual([load?.kind, load?.simulatedRate, load?.nodes], ['inference', 62_500_000, ['gpu-2', 'gpu-1']]);
  });

  it('keeps its metrics by name, and takes more', async () => {
    const store = await kind.create();
    await writeFormerStore(store, 3);
    await saveRun(store, nightlyRun({ night: 3, repetitions: 2, load: { concurrencies: [1, 16, 32] } }));
    const histories = await store.use((kysely) => readHistory(kysely, { suite: 'p5' }));
    const points = new Map(histories.map(({ metric, points }) => [metric, points.length]));
    assert.deepEqual(
      [
        'nixl-libfabric/bandwidth',
        'nixl-libfabric/latency/64KiB',
        'disaggregated/ttft/c16',
        'disaggregated/simulated-ttft/c16',
        'disaggregated/ttft/c32',
      ].map((metric) => points.get(metric)),
      [4, 4, 3, 1, 1],
    );
  });

  it('is the same as one into which its export was imported', async () => {
    const migrated = await kind.create();
    await writeFormerStore(migrated, 3);
    const imported = await kind.create();
    assert.deepEqual((await importLines(imported, formerLines(), TRUSTED)).runs, { added: 4, ended: 0, present: 0 });
    const lines = await linesOf(imported);
    assert.deepEqual(lines, await linesOf(migrated));
    await importLines(imported, formerLines(), TRUSTED);
    assert.deepEqual(await linesOf(imported), lines, 'a second import changes nothing');
  });

  it('is neither migrated nor written by who only reads it', async () => {
    const store = await kind.create();
    await writeFormerStore(store, 2);
    const lacks = /lacks the migrations 0003-temporal-namespace, 0004-store-version, 0005-series-conditions/;
    await assert.rejects(readRun(kind.toRead(store), 'nightly-000'), failureOfClass('StoreTooOld', lacks));
    await assert.rejects(readRun(kind.toRead(store), 'nightly-000'), failureOfClass('StoreTooOld', lacks));
    await readRun(store, 'nightly-000');
    await readRun(kind.toRead(store), 'nightly-000');
  });

  it('is brought up to date once when several open it at the same time', async () => {
    const store = await kind.create();
    await writeFormerStore(store, 3);
    await Promise.all(Array.from({ length: 4 }, () => kind.again(store).open()));
    assert.equal((await rowsOf(store, 'select name from kysely_migration')).length, ALL_MIGRATIONS.length);
    assert.equal((await readRun(store, 'nightly-000')).complete, true);
  });

  it('stays as it is when a migration fails, and is refused by programs that know versions by number', async () => {
    const store = await kind.create();
    await store.open();
    assert.deepEqual(await rowsOf(store, 'select version from store_version'), [{ version: 4 }]);
    const broken = await kind.create();
    const otherText = "(select sha256 from log where path like '%/load.log' limit 1)";
    await writeFormerStore(broken, 3, `update log set sha256 = ${otherText} where path like '%/cells/%'`);
    for (const again of ['first', 'second'])
      await assert.rejects(broken.open(), failureOfClass('Internal', /JSON/), again);
  });
});
