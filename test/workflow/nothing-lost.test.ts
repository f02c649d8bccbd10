import assert from 'node:assert/strict';
import { pauseSignal, resumeSignal } from '../../workflows/common/messages.js';
import { FakeActivities, failing } from '../support/fake-activities.js';
import { failure, plan, result, runSuite, until } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';
import { untilCancelled } from '../support/until-cancelled.js';
import { workflowRuns } from '../support/workflow-runs.js';

const [ucx, lf] = plan.tests;

/** An activity that runs until the test releases it. */
function held(): { begun: Promise<void>; release: () => void; hold: () => Promise<void> } {
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const hold = async () => {
    begun.resolve();
    await released.promise;
  };
  return { begun: begun.promise, release: released.resolve, hold };
}

describe('a measured suite', () => {
  it('keeps its verdict when it is cancelled while it is compared with its baseline', async () => {
    const fake = new FakeActivities();
    const { begun, release, hold } = held();
    const { compareRun } = fake.activities;
    fake.overrides.compareRun = async (input) => {
      await hold();
      return compareRun(input);
    };
    const { outcome, handle } = await runSuite({ ...plan, tests: [ucx] }, fake, async ({ handle }) => {
      await begun;
      await handle.cancel();
      await until(handle, () => true);
      release();
    });
    assert.deepEqual([result(outcome).verdict, result(outcome).outcome], ['pass', 'pass']);
    assert.deepEqual((await handle.describe()).searchAttributes.SuiteVerdict, ['pass']);
    assert.equal(fake.reports.length, 1);
  });

  it('ends with its verdict when the reports cannot be made, and says how to make them', async () => {
    const fake = new FakeActivities();
    fake.overrides.writeReport = failing('StoreRefused', 'the folder is read-only');
    const { outcome, handle } = await runSuite({ ...plan, tests: [ucx] }, fake);
    const { verdict, results, missingReport } = result(outcome);
    assert.deepEqual([verdict, results], ['pass', undefined]);
    assert.match(missingReport ?? '', /StoreRefused: the folder is read-only/);
    assert.ok(missingReport?.includes(`dynamo-bench report ${handle.workflowId} --write`));
    assert.ok(fake.calls.includes('closeRun'));
  });

  it('removes its objects before the comparison and the reports have ended', async () => {
    const fake = new FakeActivities();
    const { begun, release, hold } = held();
    fake.overrides.compareRun = async () => {
      await hold();
      return { change: 'unchanged', reason: 'nothing changed', regressed: [], regressions: 0 };
    };
    await runSuite({ ...plan, tests: [ucx] }, fake, async () => {
      await begun;
      while (!fake.calls.includes('closeRun')) await new Promise((resolve) => setTimeout(resolve, 20));
      release();
    });
  });

  it('fails when the store does not have the cells that it recorded', async () => {
    const fake = new FakeActivities();
    const { recordCell } = fake.activities;
    // Another worker records into a store of its own.
    fake.overrides.recordCell = (input) => recordCell({ ...input, run: { ...input.run, runId: 'elsewhere' } });
    const { outcome, handle } = await runSuite({ ...plan, tests: [{ ...ucx, repetitions: 2 }] }, fake);
    const { verdict, reasons } = result(outcome);
    assert.equal(verdict, 'fail');
    assert.deepEqual(
      reasons.map(({ code }) => code),
      ['cells-missing'],
    );
    assert.match(reasons[0]?.message ?? '', /ucx: the result store has 0 of 2 recorded cells.*RESULTS_DIR/);
    assert.deepEqual((await handle.describe()).searchAttributes.SuiteVerdict, ['fail']);
  });
});

describe('a person', () => {
  it('cancels the workflow of one test, and the suite continues with the next', async () => {
    const fake = new FakeActivities();
    const started = Promise.withResolvers<void>();
    const { watchRanks } = fake.activities;
    fake.overrides.watchRanks = (input) => {
      if (input.test?.name !== 'lf') return watchRanks(input);
      started.resolve();
      return untilCancelled();
    };
    const { outcome } = await runSuite(plan, fake, async ({ handle }) => {
      await started.promise;
      const { client } = await temporal();
      await client.workflow.getHandle(`${handle.workflowId}/lf`).cancel();
    });
    assert.equal(failure(outcome).type, 'Cancelled');
    assert.match(failure(outcome).message, /^lf: the workflow of the test was cancelled/);
    assert.deepEqual(
      fake.reports[0]?.tests.map(({ verdict, failure }) => [verdict, failure?.class]),
      [
        ['pass', undefined],
        ['fail', 'Cancelled'],
        ['pass', undefined],
      ],
    );
  });

  it('pauses while a test starts, and the test does not run on', async () => {
    const tests = Array.from({ length: 12 }, (_, i) => ({ ...lf, name: `t${i + 1}`, repetitions: 2 }));
    const fake = new FakeActivities();
    let pause: (() => Promise<void>) | undefined;
    const paused: Promise<void>[] = [];
    fake.overrides.isRunOpen = async () => {
      // The suite starts the workflow of the next test within the next milliseconds.
      setTimeout(() => paused.push(pause?.() ?? Promise.resolve()), 5 * (paused.length % 4));
      return true;
    };
    const { outcome } = await runSuite({ ...plan, tests }, fake, async ({ handle }) => {
      pause = async () => {
        await handle.signal(pauseSignal);
        await until(handle, ({ paused, step }) => paused && step.endsWith(': paused'));
        await handle.signal(resumeSignal);
      };
    });
    await Promise.all(paused);
    assert.equal(result(outcome).verdict, 'pass');
    assert.ok(paused.length > 0);
  });

  it('resets the workflow of a test in mid-attempt, and the attempt finds its pods', async () => {
    const fake = new FakeActivities();
    const { begun, hold } = held();
    const groups = new Set<string>();
    const removed: (readonly string[])[] = [];
    const { startRank, removeRanks, watchRanks } = fake.activities;
    let tries = 0;
    fake.overrides.startRank = async (input) => {
      groups.add(input.group);
      return startRank(input);
    };
    fake.overrides.removeRanks = async (input) => {
      removed.push(input.pods);
      return removeRanks(input);
    };
    const watched = new Set<string>();
    fake.overrides.watchRanks = async (input) => {
      for (const pod of input.pods) watched.add(pod);
      if (++tries > 1) return watchRanks(input);
      void hold();
      return untilCancelled();
    };
    const { client } = await temporal();
    await runSuite({ ...plan, tests: [lf] }, fake, async ({ handle }) => {
      await begun;
      const test = client.workflow.getHandle(`${handle.workflowId}/lf`);
      const { events = [] } = await test.fetchHistory();
      const last = events?.findLast((event) => event.workflowTaskCompletedEventAttributes);
      const { runId } = await test.describe();
      await client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: test.workflowId, runId },
        reason: 'in mid-attempt',
        workflowTaskFinishEventId: last?.eventId ?? null,
        requestId: crypto.randomUUID(),
      });
      while (!fake.calls.some((call) => call.startsWith('recordCell')))
        await new Promise((resolve) => setTimeout(resolve, 50));
    });
    assert.ok(tries > 1, 'the reset run watched the ranks again');
    assert.equal(groups.size, 1, `one attempt: ${[...groups].join()}`);
    assert.deepEqual(new Set(removed.flat()), watched, 'the pods that were watched are removed');
  });
});

describe('every step', () => {
  it('has a time limit for all its tries together, which follows from the spec', async () => {
    const { handle } = await runSuite({ ...plan, tests: [lf] });
    const runs = await workflowRuns((await temporal()).client, handle.workflowId);
    const steps = runs.flatMap(({ events }) =>
      events.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []),
    );
    assert.ok(steps.length > 15);
    for (const { activityType, startToCloseTimeout: one, scheduleToCloseTimeout: all } of steps) {
      const [oneTry, allTries] = [Number(one?.seconds), Number(all?.seconds)];
      assert.equal(allTries, oneTry + 4 + 60, activityType?.name ?? '');
    }
  });

  it('waits for nodes with a timer, and takes no slot of the worker meanwhile', async () => {
    const fake = new FakeActivities();
    const waits: number[] = [];
    fake.overrides.claimNodes = async ({ wait, observed }) => {
      waits.push(wait);
      if (waits.length > 3) return { held: true };
      const seconds = (observed?.[0]?.seconds ?? 0) + 1;
      const by = { node: 'gpu-1', workflowId: 'nightly-7', namespace: 'team-b' };
      return { held: false, by, observed: [{ lease: 'gpu-1', version: '1', seconds }] };
    };
    const { outcome, handle } = await runSuite({ ...plan, tests: [lf] }, fake);
    assert.equal(result(outcome).verdict, 'pass');
    assert.ok(waits.every((wait) => wait === 0));
    const [suite] = await workflowRuns((await temporal()).client, handle.workflowId);
    assert.equal(suite?.events.filter((event) => event.timerStartedEventAttributes).length, 3);
  });
});
