import assert from 'node:assert/strict';
import { endInterruptedRuns, findInterruptedRuns } from '../../../../results/maintenance/interrupted-runs.js';
import { runsToDrop } from '../../../../results/maintenance/retention.js';
import type { ResultStore } from '../../../../results/store.js';
import type { RunStatus } from '../../../../suite/run/run-status.js';
import { exampleReport } from '../../../support/example-report.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';
import { readRun, saveCell, saveRun, startRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const CLOSED: RunStatus = { state: 'closed', how: 'TERMINATED', at: '2026-01-01T03:00:00.000Z' };
const OPEN: RunStatus = { state: 'open' };
const UNKNOWN: RunStatus = { state: 'unknown' };

onBothDatabases('runs that will never write their end', (kind) => {
  const fates = (byRun: Readonly<Record<string, RunStatus>>) => ({
    namespaceId: async () => 'here',
    status: async (workflowId: string, runId: string) => byRun[`${workflowId} ${runId}`] ?? OPEN,
  });

  /** A run of two required tests, the second of which has no cell yet. */
  async function begin(store: ResultStore, workflowId: string, temporalNamespace?: string): Promise<void> {
    const cells = [measuredCell({ workflowId, test: 'ucx' }), measuredCell({ workflowId, test: 'lf' })];
    const { endedAt, tests, ...started } = suiteRecord(workflowId, cells, { verdict: 'skipped' });
    const waiting = tests.map(({ cells: _, ...test }) => ({ ...test, verdict: 'skipped' as const }));
    await startRun(store, { ...started, tests: waiting }, temporalNamespace);
    if (cells[0]) await saveCell(store, started, cells[0]);
  }
  const sweep = async (store: ResultStore, byRun: Readonly<Record<string, RunStatus>>) => {
    const ended = await endInterruptedRuns(store, await findInterruptedRuns(store, fates(byRun)));
    return ended.map(({ entry }) => entry.workflowId).sort();
  };

  it('end as failed when Temporal has closed them, with what they measured, and can be dropped then', async () => {
    const store = await kind.create();
    await begin(store, 'w', 'here');
    assert.deepEqual(await sweep(store, { 'w run-w': CLOSED }), ['w']);
    const { record, complete } = await readRun(store, 'w');
    assert.equal(complete, true);
    assert.deepEqual([record.verdict, record.endedAt], ['fail', CLOSED.at]);
    const [reason] = record.reasons;
    assert.equal(reason?.code, 'suite-failure');
    assert.match(reason.message, /^Terminated: its workflow was closed .*: TERMINATED$/);
    assert.deepEqual(
      record.tests.map(({ verdict, failure, cells }) => [verdict, failure?.class, cells.length]),
      [
        ['pass', undefined, 1],
        ['fail', 'Terminated', 0],
      ],
    );
    assert.deepEqual(await sweep(store, { 'w run-w': CLOSED }), [], 'once');
    assert.equal((await runsToDrop(store, { keep: 0 })).length, 1);
  });

  it('fail what phase 3 had to measure and did not', async () => {
    const store = await kind.create();
    const { record } = exampleReport();
    const { endedAt, tests, dynamo, ...started } = record;
    const [load] = dynamo?.tests ?? [];
    assert.ok(dynamo && load?.cells[0]);
    const waiting = dynamo.tests.map((test) => ({ ...test, verdict: 'skipped' as const, cells: [] }));
    await startRun(store, { ...started, tests: [], dynamo: { ...dynamo, verdict: 'skipped', tests: waiting } }, 'here');
    await saveCell(store, record, load.cells[0]);
    await sweep(store, { [`${record.workflowId} ${record.runId}`]: CLOSED });
    const after = (await readRun(store, record.workflowId)).record.dynamo;
    assert.equal(after?.verdict, 'fail');
    assert.deepEqual(
      after.tests.map(({ failure }) => failure?.class),
      dynamo.tests.map(({ name, required }) => (name !== load.name && required ? 'Terminated' : undefined)),
    );
  });

  it('are those of this Temporal namespace only, unless it knows them itself', async () => {
    const store = await kind.create();
    await begin(store, 'open', 'here');
    await begin(store, 'forgotten', 'here');
    await begin(store, 'elsewhere', 'there');
    await begin(store, 'old');
    await begin(store, 'old-unknown');
    const ended = await sweep(store, {
      'forgotten run-forgotten': UNKNOWN,
      'elsewhere run-elsewhere': UNKNOWN,
      'old run-old': CLOSED,
      'old-unknown run-old-unknown': UNKNOWN,
    });
    assert.deepEqual(ended, ['forgotten', 'old']);
    const { record } = await readRun(store, 'forgotten');
    assert.equal(record.endedAt, '2026-01-01T02:40:00.000Z', 'when it was last heard of');
  });

  it('are none that wrote it while Temporal was asked', async () => {
    const store = await kind.create();
    await begin(store, 'w', 'here');
    const found = await findInterruptedRuns(store, fates({ 'w run-w': CLOSED }));
    const complete = suiteRecord('w', [measuredCell({ workflowId: 'w' })]);
    await saveRun(store, complete);
    assert.deepEqual(await endInterruptedRuns(store, found), []);
    assert.deepEqual((await readRun(store, 'w')).record, complete);
  });

  it('have no cells of the run that went on after a reset', async () => {
    const store = await kind.create();
    await begin(store, 'w', 'here');
    const later = measuredCell({ workflowId: 'w', test: 'lf', at: '2026-01-01T04:00:00.000Z' });
    await saveCell(store, { workflowId: 'w', runId: 'after-the-reset' }, later);
    assert.deepEqual(await sweep(store, { 'w run-w': CLOSED }), ['w']);
    const { record } = await readRun(store, 'w@run-w');
    assert.deepEqual(
      record.tests.map(({ cells }) => cells.length),
      [1, 0],
    );
    const other = await readRun(store, 'w@after-the-reset');
    assert.deepEqual([other.complete, other.record.tests[1]?.cells.length], [false, 1], 'it goes on with its own');
  });
});
