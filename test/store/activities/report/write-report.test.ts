import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { regressionActivities } from '../../../../activities/report/regressions.js';
import { runRecordActivities } from '../../../../activities/report/write-report.js';
import { headOf } from '../../../../results/records/runs.js';
import type { Reason } from '../../../../suite/verdict/verdict.js';
import { nightlyRun, recordNights } from '../../../support/nights.js';
import { measuredCell, runOf, suiteRecord } from '../../../support/records.js';
import { readRun, saveCell, startRun } from '../../../support/stored.js';
import { temporaryStore } from '../../../support/temporary-store.js';

describe('the end of a run', () => {
  const at = temporaryStore();

  /** What the workflow does when all tests are done. */
  async function conclude(record: ReturnType<typeof nightlyRun>, baseline?: string) {
    const { context, store } = at;
    const { recordEnd, writeReport } = runRecordActivities(context);
    const { compareRun } = regressionActivities(context);
    const { version, endedAt, dynamo: _, ...input } = headOf(record);
    await startRun(store, { ...input, version });
    for (const cell of record.tests.flatMap(({ cells }) => cells)) await saveCell(store, record, cell);
    const { workflowId, runId, verdict, reasons } = record;
    const run = { workflowId, runId, key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
    const perform = <Input, Output>(activity: (input: Input) => Promise<Output>, argument: Input) =>
      new MockActivityEnvironment().run(activity, argument) as Promise<Output>;
    const tests = record.tests.map(({ name, verdict, cells }) => ({ name, verdict, cells: cells.length }));
    await perform(recordEnd, { run, end: { verdict, reasons: reasons as readonly Reason[], tests, dynamo: {} } });
    const regression = { baselineRuns: 10, threshold: 0.03, ...(baseline ? { baseline } : {}) };
    const summary = await perform(compareRun, { run, regression });
    const { folder } = await perform(writeReport, { run });
    return { folder, summary };
  }

  it('leaves every report in the folder, with the comparison in it', async () => {
    await recordNights(
      at.store,
      Array.from({ length: 12 }, (_, night) => ({ night })),
    );
    const { folder, summary } = await conclude(nightlyRun({ night: 12, bandwidth: 42e9 }));
    assert.equal(summary.change, 'regressed');
    assert.ok(summary.regressed.includes('nixl-libfabric/bandwidth'));
    const names = (await readdir(folder)).sort();
    assert.deepEqual(names, [
      'junit.xml',
      'metrics.txt',
      'record.json',
      'report.html',
      'report.md',
      'results.csv',
      'results.json',
    ]);
    assert.match(
      await readFile(join(folder, 'report.html'), 'utf8'),
      /Comparison with the baseline <span class="badge regressed">/,
    );
  });

  it('has the cells of the tests that ended before a reset', async () => {
    const { context, store } = at;
    const { recordEnd } = runRecordActivities(context);
    const cells = [
      ...[1, 2].map((repetition) => measuredCell({ workflowId: 'w', test: 'lf', repetition })),
      measuredCell({ workflowId: 'w', test: 'ucx', repetition: 1, key: 'ucx-1' }),
    ];
    const record = suiteRecord('w', cells);
    const { endedAt, ...started } = headOf(record);
    await startRun(store, started);
    for (const cell of cells) await saveCell(store, record, cell);
    const run = {
      ...runOf('w'),
      runId: 'after-the-reset',
      key: 'k',
      namespace: 'n',
      leaseNamespace: 'n',
      retryFor: 60,
    };
    for (const cell of cells.slice(2)) await saveCell(store, run, cell);
    const ended = record.tests.map(({ name, verdict, cells }) => ({ name, verdict, cells: cells.length }));
    const end = { verdict: 'pass', reasons: [], tests: ended, dynamo: {} } as const;
    const { verdict, reasons } = await recordEnd({ run, end });
    assert.deepEqual([verdict, reasons], ['pass', []]);
    const { record: stored } = await readRun(store, `${run.workflowId}@${run.runId}`);
    assert.deepEqual(
      stored.tests.map(({ name, cells }) => [name, cells.length]),
      [
        ['lf', 2],
        ['ucx', 1],
      ],
    );
  });

  it('is inconclusive, and no failure, when the baseline of the spec does not exist', async () => {
    await recordNights(at.store, [{ night: 0 }]);
    const { summary } = await conclude(nightlyRun({ night: 1 }), 'golden');
    assert.deepEqual(summary, {
      change: 'inconclusive',
      reason: 'suite "p5" has no baseline "golden"',
      regressed: [],
      regressions: 0,
    });
  });
});
