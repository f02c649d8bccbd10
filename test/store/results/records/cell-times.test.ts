import assert from 'node:assert/strict';
import { readCellTimes } from '../../../../results/records/cell-times.js';
import type { ResultStore } from '../../../../results/store.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';
import { saveRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const after = (startedAt: string, seconds: number) => new Date(Date.parse(startedAt) + seconds * 1000).toISOString();

/** A run whose first cell starts after set-up, and whose cells take these seconds, one after the other. */
function run(day: number, setUp: number, seconds: readonly number[], test = 'lf') {
  const startedAt = `2026-01-0${day}T02:30:00.000Z`;
  const workflowId = `night-${day}-${test}`;
  let from = after(startedAt, setUp);
  const cells = seconds.map((took, i) => {
    const cell = measuredCell({ workflowId, test, repetition: i + 1, key: `${workflowId}-${i}` });
    const endedAt = after(from, took);
    const attempts = cell.attempts.map((attempt) => ({ ...attempt, startedAt: from, endedAt }));
    from = endedAt;
    return { ...cell, attempts };
  });
  return suiteRecord(workflowId, cells, { suite: 'p5', startedAt });
}

const times = (store: ResultStore, instanceTypes = ['p5.48xlarge']) =>
  store.use((kysely) => readCellTimes(kysely, { suite: 'p5', instanceTypes }));

onBothDatabases('times of earlier runs', (kind) => {
  it('are those of the cells, by test, and of set-up', async () => {
    const store = await kind.create();
    for (const record of [run(1, 40, [60, 62]), run(2, 50, [70, 72]), run(3, 45, [30], 'ucx')])
      await saveRun(store, record);
    const { cells, setUp, runs } = await times(store);
    const lf = cells.get('lf');
    assert.deepEqual([runs, lf?.low, lf?.high, lf?.cell.mean, cells.get('ucx')?.cell.mean], [3, 60, 72, 66, 30]);
    assert.equal(setUp?.mean, 45);
    assert.ok(lf && lf.cell.variance > lf.within, 'the runs differ more than the cells of a run');
    assert.equal((await times(store, ['p4d.24xlarge'])).runs, 0);
    assert.deepEqual([...(await times(store, ['p4d.24xlarge'])).cells], []);
  });

  it('leave out a set-up that waited for nodes, and cells that a run took over', async () => {
    const store = await kind.create();
    const [first, second, waited] = [run(1, 40, [60]), run(2, 44, [60]), run(3, 7200, [60])];
    const [own] = waited.tests;
    const [taken] = first.tests;
    assert.ok(own && taken);
    const more = { ...waited, tests: [{ ...own, cells: [...taken.cells, ...own.cells] }] };
    for (const record of [first, second, more]) await saveRun(store, record);
    const { setUp, cells } = await times(store);
    assert.equal(setUp?.mean, 42);
    assert.equal(cells.get('lf')?.cell.mean, 60);
  });

  it('are none without an earlier run', async () => {
    const { cells, setUp, runs } = await times(await kind.create());
    assert.deepEqual([[...cells], setUp, runs], [[], undefined, 0]);
  });
});
