import assert from 'node:assert/strict';
import { resolveRun } from '../../results/records/run-names.js';
import { acknowledge } from '../../results/regression/acknowledgements.js';
import { acceptBaseline } from '../../results/regression/baselines.js';
import { compareRun } from '../../results/regression/compare-run.js';
import { putComparison } from '../../results/regression/run-comparison.store.js';
import type { ResultStore } from '../../results/store.js';
import { recordNights } from './nights.js';
import { measuredCell, runOf, suiteRecord } from './records.js';
import { saveCell, startRun } from './stored.js';

const AT = '2026-02-01T00:00:00.000Z';

/** Four nights with evidence, one of them a baseline, one acknowledged, one compared, and a run that goes on. */
export async function fillStore(store: ResultStore): Promise<void> {
  const records = await recordNights(
    store,
    [0, 1, 2, 3].map((night) => ({ night })),
  );
  for (const { workflowId } of records) {
    await store.saveLog(workflowId, 'lf/r1-a1/node1.log', 'the same text every night');
    await store.saveLog(workflowId, 'lf/r1-a1/node2.log', `only of ${workflowId}`);
  }
  const log = await store.saveLog('nightly-000', 'lf/r2-a1/node1.log', 'taken over by night 3');
  const cell = measuredCell({ workflowId: 'nightly-000', test: 'lf', repetition: 2 });
  const [attempt] = cell.attempts;
  assert.ok(attempt?.ranks[0]);
  await saveCell(store, runOf('nightly-003'), {
    ...cell,
    attempts: [{ ...attempt, ranks: [{ ...attempt.ranks[0], log }] }],
  });
  await store.use(async (kysely) => {
    const options = { name: 'golden', reason: 'first', at: AT };
    await acceptBaseline(kysely, await resolveRun(kysely, 'nightly-001'), options);
    await acknowledge(kysely, await resolveRun(kysely, 'nightly-002'), {
      metric: 'nixl-libfabric/bandwidth',
      reason: 'r',
      at: AT,
    });
    const [, , , newest] = records;
    assert.ok(newest);
    await putComparison(kysely, newest, await compareRun(kysely, newest));
  });
  const { tests, endedAt, ...rest } = suiteRecord('goes-on', [], { startedAt: '2026-01-09T00:00:00.000Z' });
  await startRun(store, { ...rest, tests: [] });
}
