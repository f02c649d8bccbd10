import assert from 'node:assert/strict';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { FakeActivities } from '../support/fake-activities.js';
import { largestPayload, MOST_PAYLOAD_BYTES } from '../support/payloads.js';
import { phase3Suite } from '../support/phase-3.js';
import { plan, result, runSuite, runSuiteOn, until } from '../support/suite-run.js';
import { startTemporal, temporal } from '../support/temporal.js';
import { type WorkflowRun, workflowRuns } from '../support/workflow-runs.js';

const LF = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };
const ofType = (runs: readonly WorkflowRun[], type: string) => runs.filter((run) => run.type === type);
const recorded = ({ calls }: FakeActivities) => calls.filter((call) => call.startsWith('recordCell')).length;

describe('a suite of many cells', function () {
  this.timeout(300_000);

  it('ends with small payloads when one test has 200 variants', async () => {
    const matrix = { numIter: Array.from({ length: 200 }, (_, i) => i + 1) };
    const { fake, handle, outcome } = await runSuite({ ...plan, tests: [{ ...LF, matrix }] });
    const { verdict, tests } = result(outcome);
    assert.deepEqual([verdict, tests[0]?.cells.done, recorded(fake)], ['pass', 200, 200]);
    assert.equal(fake.reports[0]?.tests.length, 200, 'the record has every variant');
    const runs = await workflowRuns((await temporal()).client, handle.workflowId);
    for (const run of runs) {
      const bytes = largestPayload(run);
      assert.ok(bytes < MOST_PAYLOAD_BYTES / 5, `${run.type}: ${bytes} bytes`);
    }
  });

  describe('on a server that suggests short histories', () => {
    const SUGGEST_AFTER_EVENTS = 100;
    let server: TestWorkflowEnvironment;
    before(async () => {
      server = await startTemporal(`limit.historyCount.suggestContinueAsNew=${SUGGEST_AFTER_EVENTS}`);
    });
    after(() => server.teardown());

    it('continues as new between tests, and runs every test once', async () => {
      const tests = Array.from({ length: 30 }, (_, i) => ({ ...LF, name: `t${i + 1}`, required: i !== 3 }));
      const fake = new FakeActivities();
      fake.overrides.watchRanks = async ({ test }) => {
        if (test?.name === 't4') throw new Error('made up');
        return { timedOut: false, endedBySuite: [] };
      };
      const { handle, outcome } = await runSuiteOn(server, { ...plan, timeouts: { retry: '1s' }, tests }, { fake });
      const all = await workflowRuns(server.client, handle.workflowId, handle.firstExecutionRunId);
      const runs = ofType(all, 'benchmarkSuite');
      assert.ok(runs.length >= 3, `${runs.length} runs`);
      for (const { events } of runs) assert.ok(events.length < 3 * SUGGEST_AFTER_EVENTS, `${events.length} events`);
      const { verdict, counts, reasons } = result(outcome);
      assert.deepEqual([verdict, counts], ['pass', { pass: 29, fail: 1 }]);
      assert.match(reasons[0]?.message ?? '', /t4: fail \(Internal\), not required/);
      assert.equal(recorded(fake), 30);
      assert.equal(fake.calls.filter((call) => call === 'checkNodes').length, 1, 'set-up runs once');
      assert.equal(fake.calls.filter((call) => call === 'closeRun').length, 1, 'clean-up runs once');
      const { tests: reported, runId } = fake.reports[0] ?? {};
      assert.equal(runId, handle.firstExecutionRunId, 'the record has the id of the first run');
      assert.deepEqual(
        reported?.map(({ verdict, cellKeys }) => [verdict, cellKeys.length]),
        tests.map(({ required }) => [required ? 'pass' : 'fail', 1]),
      );
    });

    it('answers for the tests of earlier runs when it has continued as new', async () => {
      const tests = Array.from({ length: 12 }, (_, i) => ({ ...LF, name: `t${i + 1}` }));
      const fake = new FakeActivities();
      const { promise: reached, resolve } = Promise.withResolvers<void>();
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      fake.overrides.watchRanks = async ({ test }) => {
        if (test?.name === 't12') {
          resolve();
          await released;
        }
        return { timedOut: false, endedBySuite: [] };
      };
      const { outcome } = await runSuiteOn(
        server,
        { ...plan, tests },
        {
          fake,
          during: async ({ handle }) => {
            await reached;
            const latest = server.client.workflow.getHandle(handle.workflowId);
            const { tests: progress } = await until(latest, () => true);
            assert.equal(progress.filter(({ status }) => status === 'done').length, 11);
            assert.deepEqual(progress[0]?.cells, { done: 1, of: 1 });
            release();
          },
        },
      );
      assert.equal(result(outcome).verdict, 'pass');
    });

    it('keeps the deployment of phase 3 when its test continues as new', async () => {
      const concurrency = Array.from({ length: 12 }, (_, i) => i + 1);
      const fake = new FakeActivities();
      const { handle, outcome } = await runSuiteOn(
        server,
        phase3Suite({ tests: [{ name: 'load', tool: 'inference', concurrency }] }),
        { fake },
      );
      assert.equal(result(outcome).verdict, 'pass');
      const runs = ofType(await workflowRuns(server.client, handle.workflowId), 'inferenceTest');
      assert.ok(runs.length >= 2, `${runs.length} runs`);
      const count = (start: string) => fake.calls.filter((call) => call.startsWith(start)).length;
      assert.deepEqual([count('deployDynamo'), count('removeDynamo'), count('recordLoadCell')], [1, 1, 12]);
      assert.equal(fake.reports[0]?.dynamo?.tests[0]?.cellKeys.length, 12);
    });
  });
});
