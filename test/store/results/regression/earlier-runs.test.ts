import assert from 'node:assert/strict';
import { cellsOf, withoutTakenOver } from '../../../../results/records/any-cell.js';
import { listRuns, readRun } from '../../../../results/records/runs.js';
import { figuresByName, testDifferences } from '../../../../results/regression/compared-tests.js';
import { readEarlierRuns } from '../../../../results/regression/earlier-runs.js';
import type { ResultStore } from '../../../../results/store.js';
import type { TransportCell } from '../../../../suite/record/record.js';
import { nightlyRun, recordNights } from '../../../support/nights.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';
import { saveCell, startRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const TESTS = ['nixl-libfabric', 'disaggregated'];

/** The first one could not be measured, the last one was measured on another night. */
const oddCell = (cell: TransportCell): TransportCell => {
  if (cell.repetition === 1) {
    const { measurement: _, ...rest } = cell;
    return { ...rest, rows: [], failure: { class: 'PeerLost', message: 'gone', hint: 'none' } };
  }
  return cell.repetition === 4 ? { ...cell, measuredBy: { workflowId: 'another', runId: 'night' } } : cell;
};

const read = (store: ResultStore) =>
  store.use(async (kysely) => {
    const entries = await listRuns(kysely);
    const whole = await Promise.all(
      entries.map(async (entry) => withoutTakenOver((await readRun(kysely, entry)).record)),
    );
    return { earlier: await readEarlierRuns(kysely, entries, TESTS), whole };
  });

onBothDatabases('earlier runs that are read for a comparison', (kind) => {
  it('have the figures of all cells that they measured themselves', async () => {
    const store = await kind.create();
    await recordNights(store, [
      { night: 0, load: {} },
      { night: 1, repetitions: 5, change: oddCell },
    ]);
    const { earlier, whole } = await read(store);
    assert.equal(earlier.length, 2);
    for (const [i, { figures }] of earlier.entries()) {
      const expected = [...figuresByName(cellsOf(whole[i] ?? assert.fail()))]
        .filter(([, { series }]) => TESTS.includes(series.test))
        .map(([name, { values }]) => [name, values] as const);
      assert.ok(expected.length > 0);
      assert.deepEqual(new Map([...figures].sort()), new Map(expected.toSorted()));
    }
    assert.equal(
      earlier[0]?.figures.get('nixl-libfabric/bandwidth')?.length,
      3,
      'neither the failed nor the taken one',
    );
  });

  it('say how their cells were measured, by the record of one cell', async () => {
    const store = await kind.create();
    await recordNights(store, [
      { night: 0, load: {} },
      { night: 1, repetitions: 5, change: oddCell },
    ]);
    const { earlier, whole } = await read(store);
    const otherNics = (cell: TransportCell) => ({ ...cell, ceiling: { ...cell.ceiling, nics: 8 } }) as TransportCell;
    for (const tonight of [nightlyRun({ night: 2, load: {} }), nightlyRun({ night: 2, change: otherNics })]) {
      for (const [i, { record }] of earlier.entries()) {
        for (const test of TESTS) {
          assert.deepEqual(
            testDifferences(tonight, record, test),
            testDifferences(tonight, whole[i] ?? assert.fail(), test),
            `${test} of ${record.workflowId}`,
          );
        }
      }
    }
    assert.deepEqual(
      earlier.map(({ record }) => record.tests.map(({ cells }) => cells.map(({ repetition }) => repetition))),
      [[[2]], [[1]]],
    );
  });

  it('may still go on', async () => {
    const store = await kind.create();
    const { tests, endedAt: _, ...running } = suiteRecord('running', [measuredCell({ workflowId: 'running' })]);
    await startRun(store, { ...running, verdict: 'skipped', tests: tests.map(({ cells: __, ...test }) => test) });
    for (const cell of tests.flatMap(({ cells }) => cells)) await saveCell(store, running, cell);
    const { earlier } = await read(store);
    assert.deepEqual(earlier[0]?.figures.get('nixl-libfabric/bandwidth'), [46e9]);
  });
});
