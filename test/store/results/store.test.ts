import assert from 'node:assert/strict';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reportFiles } from '../../../reports/files.js';
import { readReport } from '../../../reports/model/assemble.js';
import { SuiteFailure } from '../../../suite/verdict/failure.js';
import { exampleReport } from '../../support/example-report.js';
import { failureOfClass } from '../../support/failure-of-class.js';
import { measuredCell, runOf, suiteRecord } from '../../support/records.js';
import { cellsOf, findCell, readEvidence, readRun, runs, saveCell, saveRun, startRun } from '../../support/stored.js';
import { onBothDatabases } from '../../support/stores.js';

onBothDatabases('result store', (kind) => {
  it('gives a cell back as it was recorded, to its own workflow only', async () => {
    const store = await kind.create();
    const cell = measuredCell({ workflowId: 'night-1' });
    await saveCell(store, runOf('night-1'), cell);
    assert.deepEqual(await findCell(store, 'night-1', cell.key), cell);
    assert.deepEqual(await cellsOf(store, 'night-1', cell.test), [cell]);
    assert.equal(await findCell(store, 'night-1', 'another key'), undefined);
    assert.equal(await findCell(store, 'night-2', cell.key), undefined);
  });

  it('stores the same outcome once, and another outcome of the same cell beside it', async () => {
    const store = await kind.create();
    const first = measuredCell({ workflowId: 'w' });
    await saveCell(store, runOf('w'), first);
    await saveCell(store, runOf('w'), { ...first, recordedAt: '2026-05-05T00:00:00.000Z' });
    assert.deepEqual(await cellsOf(store, 'w', first.test), [first], 'the first time counts');
    const second = measuredCell({ workflowId: 'w', attempt: 2, bandwidth: 40e9 });
    await saveCell(store, runOf('w'), second);
    assert.deepEqual(await cellsOf(store, 'w', first.test), [second]);
    const { count } = await store.use((kysely) =>
      kysely
        .selectFrom('cell')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow(),
    );
    assert.equal(Number(count), 2);
  });

  it('takes a cell over into another workflow, with its evidence in the folder', async () => {
    const store = await kind.create();
    const log = await store.saveLog('night-1', 'lf/r1-a1/node1.log', 'what rank 0 said');
    const cell = measuredCell({ workflowId: 'night-1', test: 'lf' });
    const [attempt] = cell.attempts;
    assert.ok(attempt?.ranks[0]);
    const withLog = { ...cell, attempts: [{ ...attempt, ranks: [{ ...attempt.ranks[0], log }] }] };
    await saveCell(store, runOf('night-1'), withLog);
    await saveCell(store, runOf('night-2'), withLog);
    await saveRun(store, suiteRecord('night-2', [withLog]));
    assert.deepEqual(await cellsOf(store, 'night-2', 'lf'), [withLog]);
    assert.equal(await readFile(join(store.folder('night-2'), log.path), 'utf8'), 'what rank 0 said');
  });

  it('keeps evidence by its hash, each text once, and gives it back to the letter', async () => {
    const store = await kind.create();
    const text = `${'0123456789 Grüße \u0000 '.repeat(5000)}\n`;
    const one = await store.saveLog('a', 'x/node1.log', text);
    const two = await store.saveLog('b', 'y/node2.log', text);
    assert.equal(one.sha256, two.sha256);
    assert.equal(one.bytes, Buffer.byteLength(text));
    assert.equal(await store.readLog('b', 'y/node2.log'), text);
    assert.equal(await readEvidence(store, one.sha256), text);
    assert.equal(await readFile(join(store.folder('a'), 'x/node1.log'), 'utf8'), text);
    const rows = await store.use((kysely) => kysely.selectFrom('evidence').selectAll().execute());
    assert.equal(rows.length, 1);
    assert.ok((rows[0]?.body.length ?? 0) < text.length / 50, 'it is compressed');
    await assert.rejects(store.readLog('a', 'nothing.log'), /no evidence nothing\.log of run a/);
  });

  it('reads evidence from the database when the folder is another machine’s', async () => {
    const store = await kind.create();
    await store.saveLog('w', 'x/node1.log', 'text');
    await rm(store.folder('w'), { recursive: true });
    assert.equal(await kind.again(store).readLog('w', 'x/node1.log'), 'text');
  });

  it('stores a run, gives it back as it was, and writes its files', async () => {
    const store = await kind.create();
    const cells = [1, 2].map((repetition) => measuredCell({ workflowId: 'night-1', repetition }));
    const record = suiteRecord('night-1', cells);
    for (const cell of cells) await saveCell(store, runOf('night-1'), cell);
    const folder = await saveRun(store, record, { 'report.md': '# report\n' });
    assert.deepEqual(await readRun(kind.again(store), 'night-1'), { record, complete: true });
    assert.deepEqual(JSON.parse(await readFile(join(folder, 'record.json'), 'utf8')), record);
    assert.equal(await readFile(join(folder, 'report.md'), 'utf8'), '# report\n');
    await saveRun(store, record);
    assert.equal((await runs(store)).length, 1, 'the same run twice is one run');
  });

  it('keeps a warm-up cell beside the repetition of the same number', async () => {
    const store = await kind.create();
    const counted = measuredCell({ workflowId: 'w', key: 'counted' });
    const warmUp = { ...measuredCell({ workflowId: 'w', key: 'warm-up' }), warmUp: true };
    await saveCell(store, runOf('w'), counted);
    await saveCell(store, runOf('w'), warmUp);
    assert.deepEqual(await cellsOf(store, 'w', counted.test), [warmUp, counted]);
    assert.deepEqual(await findCell(store, 'w', 'counted'), counted);
    assert.deepEqual(await findCell(store, 'w', 'warm-up'), warmUp);
  });

  it('keeps two runs of one workflow id apart and takes the newest by default', async () => {
    const store = await kind.create();
    const cell = measuredCell({ workflowId: 'w' });
    await saveRun(store, suiteRecord('w', [cell], { runId: 'aaa', startedAt: '2026-01-01T00:00:00.000Z' }));
    await saveRun(store, suiteRecord('w', [cell], { runId: 'bbb', startedAt: '2026-01-02T00:00:00.000Z' }));
    assert.equal((await readRun(store, 'w')).record.runId, 'bbb');
    assert.equal((await readRun(store, 'w@aa')).record.runId, 'aaa');
    assert.equal((await readRun(store, 'latest:p5')).record.runId, 'bbb');
    assert.deepEqual(
      (await runs(store, { suite: 'p5' })).map(({ runId }) => runId),
      ['bbb', 'aaa'],
    );
  });

  it('shows an active run with its cells so far, and keeps the whole one once it has ended', async () => {
    const store = await kind.create();
    const { tests, endedAt, ...rest } = suiteRecord('w', [measuredCell({ workflowId: 'w' })]);
    const started = { ...rest, tests: tests.map(({ cells, ...test }) => test) };
    await startRun(store, started);
    const cell = measuredCell({ workflowId: 'w', at: '2026-01-01T02:41:00.000Z' });
    const run = { workflowId: 'w', runId: rest.runId };
    await saveCell(store, run, { ...cell, verdict: 'fail', attempts: [] });
    await saveCell(store, run, cell);
    const soFar = await readRun(store, 'w');
    assert.equal(soFar.complete, false);
    assert.deepEqual(soFar.record.tests[0]?.cells, [cell], 'the last attempt at it counts');
    assert.equal(soFar.record.endedAt, cell.recordedAt);
    await saveRun(store, { ...rest, endedAt, tests: tests.map((test) => ({ ...test, cells: [cell] })) });
    await startRun(store, started);
    assert.equal((await readRun(store, 'w')).complete, true);
  });

  it('shows the reused cells, phase 3 and the pending tests of an active run', async () => {
    const store = await kind.create();
    const { record } = exampleReport();
    const { endedAt, tests, dynamo, ...rest } = record;
    assert.ok(dynamo);
    const waiting = { verdict: 'skipped', cells: [] } as const;
    const [first, ...others] = tests;
    const [load, ...otherLoads] = dynamo.tests;
    assert.ok(first?.cells[0] && load?.cells[0]);
    await startRun(store, {
      ...rest,
      tests: tests.map(({ cells, ...test }) => ({ ...test, verdict: 'skipped' })),
      dynamo: { ...dynamo, tests: dynamo.tests.map((test) => ({ ...test, ...waiting })) },
    });
    const takenOver = { ...first.cells[0], recordedAt: '2020-01-01T00:00:00.000Z' };
    for (const cell of [takenOver, load.cells[0]]) await saveCell(store, record, cell);
    const report = await store.use((kysely) => readReport(kysely, record.workflowId));
    assert.deepEqual(
      report.record.tests.map(({ name, verdict, cells }) => [name, verdict, cells.length]),
      [[first.name, takenOver.verdict, 1]],
    );
    assert.deepEqual(
      report.record.dynamo?.tests.map(({ name, cells }) => [name, cells.length]),
      [[load.name, 1]],
    );
    const names = [...others, ...otherLoads].map(({ name }) => name);
    assert.equal(report.record.reasons.at(-1)?.message, `not started: ${names.join(', ')}`);
    assert.doesNotMatch(reportFiles(report)['report.md'], /skipped/);
  });

  it('counts the cells of a reset run for the run that continues it', async () => {
    const store = await kind.create();
    const { tests, endedAt, ...rest } = suiteRecord('w', [measuredCell({ workflowId: 'w' })]);
    await startRun(store, { ...rest, tests: tests.map(({ cells, ...test }) => test) });
    const cell = measuredCell({ workflowId: 'w' });
    await saveCell(store, { workflowId: 'w', runId: 'after-the-reset' }, cell);
    const { record, complete } = await readRun(store, 'w');
    assert.deepEqual([record.runId, complete, record.tests[0]?.cells.length], ['after-the-reset', false, 1]);
    assert.equal((await readRun(store, `w@${rest.runId}`)).record.tests[0]?.cells.length, 0);
  });

  it('shows nothing of what a run that was reset had ended with', async () => {
    const store = await kind.create();
    const { record } = exampleReport();
    const failure = { class: 'PodLost', message: 'gone', hint: 'again' } as const;
    const [first, ...others] = record.tests;
    const [load, ...otherLoads] = record.dynamo?.tests ?? [];
    assert.ok(first?.cells[0] && load && record.dynamo);
    await saveRun(
      store,
      {
        ...record,
        verdict: 'fail',
        reasons: [{ code: 'failure', message: 'lf: fail (PodLost)' }],
        tests: [first, ...others.map((test) => ({ ...test, verdict: 'fail' as const, failure }))],
        dynamo: { ...record.dynamo, failure, tests: [{ ...load, failure }, ...otherLoads] },
      },
      {},
    );
    await saveCell(store, { ...record, runId: 'after-the-reset' }, first.cells[0]);
    const again = await readRun(store, `${record.workflowId}@after-the-reset`);
    assert.deepEqual([again.complete, again.record.reasons], [false, []]);
    const tests = [...again.record.tests, ...(again.record.dynamo?.tests ?? [])];
    assert.deepEqual(
      tests.map(({ cells, verdict, failure }) => [cells.length, verdict, failure]),
      tests.map(({ name }) =>
        name === first.name ? [1, first.cells[0]?.verdict, undefined] : [0, 'skipped', undefined],
      ),
    );
    assert.equal(again.record.dynamo?.failure, undefined);
  });

  it('names the run that was probably meant', async () => {
    const store = await kind.create();
    await assert.rejects(readRun(store, 'nightly'), /the result store has no runs yet/);
    await saveRun(store, suiteRecord('nightly-1', []));
    await assert.rejects(readRun(store, 'nightly1'), (error) => {
      assert.ok(error instanceof SuiteFailure);
      assert.equal(error.class, 'NotFound');
      assert.match(error.message, /did you mean "nightly-1"/);
      return true;
    });
  });

  it('leaves no file of a workflow id outside the folder', async () => {
    const store = await kind.create();
    await store.saveLog('../../outside', 'x.log', 'text');
    await access(join(store.root, '..%2F..%2Foutside', 'x.log'));
    assert.throws(() => store.folder('..'), failureOfClass('UnsafePath'));
  });
});
