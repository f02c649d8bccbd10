import assert from 'node:assert/strict';
import { countCellsOfRun, verdictsOfRun } from '../../../../results/records/run-verdicts.js';
import type { TransportCell } from '../../../../suite/record/record.js';
import { failureRecord } from '../../../../suite/verdict/failure.js';
import { measuredCell, runOf, suiteRecord } from '../../../support/records.js';
import { saveCell, startRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

onBothDatabases('the cells of a run', (kind) => {
  /** A store in which a run has started and recorded these cells. */
  async function recorded(cells: readonly TransportCell[]) {
    const store = await kind.create();
    const { tests, endedAt, ...started } = suiteRecord('w', cells);
    await startRun(store, { ...started, tests: tests.map(({ cells: _, ...test }) => test) });
    for (const cell of cells) await saveCell(store, runOf('w'), cell);
    return store;
  }

  function cell(test: string, repetition: number, more: Partial<TransportCell> = {}): TransportCell {
    const key = `${test}-${more.warmUp ? 'w' : 'r'}${repetition}`;
    return { ...measuredCell({ workflowId: 'w', test, repetition, key }), ...more };
  }

  const failed = (message: string) => ({ verdict: 'fail', failure: failureRecord('PodLost', message) }) as const;

  it('are counted by test, each key once and warm-up cells too, in this run only', async () => {
    const store = await recorded([
      cell('lf', 1, { warmUp: true }),
      cell('lf', 1, failed('lost')),
      cell('lf', 1),
      cell('lf', 2),
      cell('ucx-v2', 1),
    ]);
    await saveCell(store, { workflowId: 'w', runId: 'after-the-reset' }, cell('lf', 9));
    const count = (runId: string) => store.use((kysely) => countCellsOfRun(kysely, { workflowId: 'w', runId }));
    assert.deepEqual(Object.fromEntries(await count('run-w')), { lf: 3, 'ucx-v2': 1 });
    assert.deepEqual(Object.fromEntries(await count('after-the-reset')), { lf: 1 });
    assert.deepEqual(Object.fromEntries(await count('unknown')), {});
  });

  it('decide the verdict of their test, warm-up cells excepted', async () => {
    const store = await recorded([
      cell('good', 1, { warmUp: true, verdict: 'fail' }),
      cell('good', 1),
      cell('doubtful', 1, { verdict: 'inconclusive', reasons: [{ code: 'measured', message: 'says "warmUp":true' }] }),
      cell('doubtful', 2),
      cell('bad', 1),
      cell('bad', 2, { verdict: 'fail' }),
      cell('begun', 1, { warmUp: true }),
    ]);
    const verdicts = await store.use((kysely) => verdictsOfRun(kysely, runOf('w')));
    assert.deepEqual(Object.fromEntries(verdicts), {
      good: { verdict: 'pass' },
      doubtful: { verdict: 'inconclusive' },
      bad: { verdict: 'fail' },
      begun: {},
    });
  });

  it('name the first failure of their test, warm-up cells first and then by repetition', async () => {
    const store = await recorded([
      cell('lf', 3, failed('third')),
      cell('lf', 2, failed('second')),
      cell('ucx', 1, failed('first repetition')),
      cell('ucx', 2, { warmUp: true, ...failed('second warm-up') }),
    ]);
    const verdicts = await store.use((kysely) => verdictsOfRun(kysely, runOf('w')));
    assert.deepEqual([...verdicts].map(([test, { failure }]) => [test, failure?.message]).sort(), [
      ['lf', 'second'],
      ['ucx', 'second warm-up'],
    ]);
  });
});
