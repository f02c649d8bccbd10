import assert from 'node:assert/strict';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { FakeActivities } from '../support/fake-activities.js';
import { plan, result, runSuiteOn } from '../support/suite-run.js';
import { startTemporal } from '../support/temporal.js';
import { type WorkflowRun, workflowRuns } from '../support/workflow-runs.js';

/** A cell takes about 60, so that two or three fit into a run. */
const SUGGEST_AFTER_EVENTS = 130;
const CELLS = 7;

const suiteOf = (repetitions: number) => ({ ...plan, tests: [{ ...plan.tests[1], repetitions }] });
const ofType = (runs: readonly WorkflowRun[], type: string) => runs.filter((run) => run.type === type);

describe('the history of a block of many cells', () => {
  let server: TestWorkflowEnvironment;
  let fake: FakeActivities;
  let done: number | undefined;
  let runs: WorkflowRun[];

  before(async () => {
    server = await startTemporal(`limit.historyCount.suggestContinueAsNew=${SUGGEST_AFTER_EVENTS}`);
    const { handle, ...run } = await runSuiteOn(server, suiteOf(CELLS));
    ({ fake } = run);
    done = result(run.outcome).tests[0]?.cells.done;
    runs = await workflowRuns(server.client, handle.workflowId);
  });
  after(() => server.teardown());

  it('continues as new when the server suggests it, with the cells that are done', () => {
    const blocks = ofType(runs, 'transportTest');
    assert.ok(blocks.length >= 3, `${blocks.length} runs`);
    for (const { events } of blocks) assert.ok(events.length < 2 * SUGGEST_AFTER_EVENTS, `${events.length} events`);
    assert.equal(done, CELLS, 'the suite knows all cells');
    assert.equal(fake.reports[0]?.tests[0]?.cellKeys.length, CELLS, 'the report has all cells');
  });

  it('measures every cell once, in order, across the runs', () => {
    assert.deepEqual(
      fake.calls.filter((call) => call.startsWith('recordCell')),
      Array.from({ length: CELLS }, (_, i) => `recordCell lf r${i + 1} after 1: pass`),
    );
  });

  it('leaves at most one report for each cell but the last in that of its suite, and nothing else', async () => {
    const { handle } = await runSuiteOn(server, suiteOf(1));
    const one = kindsOf(await workflowRuns(server.client, handle.workflowId));
    const { workflowExecutionSignaled = 0, ...others } = kindsOf(runs);
    assert.deepEqual(others, one);
    assert.ok(workflowExecutionSignaled < CELLS, `${workflowExecutionSignaled} reports`);
  });
});

/** How many events of which kind a suite's history has. Workflow tasks depend on what comes together. */
function kindsOf(runs: readonly WorkflowRun[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { events } of ofType(runs, 'benchmarkSuite')) {
    for (const event of events) {
      const kind = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
      const name = kind?.slice(0, -'EventAttributes'.length) ?? 'unknown';
      if (!name.startsWith('workflowTask')) kinds[name] = (kinds[name] ?? 0) + 1;
    }
  }
  return kinds;
}
