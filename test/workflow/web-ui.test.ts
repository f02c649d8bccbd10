import assert from 'node:assert/strict';
import { defaultPayloadConverter } from '@temporalio/common';
import { type Progress, pauseSignal, progressQuery, resumeSignal } from '../../workflows/common/messages.js';
import { FakeActivities, unmeasured } from '../support/fake-activities.js';
import { plan, type Run, result, runSuite } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

/** `activity type: summary` of every row of a workflow that has a summary, as the Web UI lists them. */
async function rowsOf(workflowId: string): Promise<string[]> {
  const { client } = await temporal();
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ userMetadata, ...event }) => {
    if (!userMetadata?.summary) return [];
    const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
    const type = activity ?? (event.timerStartedEventAttributes ? 'timer' : 'workflow');
    return [`${type}: ${defaultPayloadConverter.fromPayload<string>(userMetadata.summary)}`];
  });
}

async function detailsOf({ handle }: Run, workflowId = handle.workflowId): Promise<string> {
  const { client } = await temporal();
  const metadata = await client.workflow
    .getHandle(workflowId)
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

describe('the Web UI', () => {
  it('names test, back end, repetition, attempt and node in every row of a cell, and its figure once it is done', async () => {
    const fake = new FakeActivities();
    fake.judgements['nixl-ucx'] = [unmeasured('PeerLost')];
    const spec = { ...plan, startDelay: { min: '20ms', max: '40ms' }, tests: [plan.tests[2]] };
    const { handle } = await runSuite(spec, fake);
    const cell = 'nixl-ucx (NIXL UCX), repetition 1';
    const attempt = (number: number) => [
      `wipeEtcd: ${cell}, attempt ${number}: wiping etcd`,
      `startRank: ${cell}, attempt ${number}: rank on node2 (gpu-2)`,
      `timer: ${cell}, attempt ${number}: start delay, node1 at least 0.02 s after node2`,
      `startRank: ${cell}, attempt ${number}: rank on node1 (gpu-1)`,
      `watchRanks: ${cell}, attempt ${number}: both ranks run, at most 15 min`,
      `storeEvidence: ${cell}, attempt ${number}: storing evidence`,
      `removeRanks: ${cell}, attempt ${number}: removing both ranks`,
      `judgeAttempt: ${cell}, attempt ${number}: reading the result`,
    ];
    assert.deepEqual(await rowsOf(`${handle.workflowId}/nixl-ucx`), [
      'workflow: nixl-ucx: NIXL UCX, VRAM to VRAM',
      `findCell: ${cell}: looking for its record`,
      'claimNodes: gpu-1 and gpu-2',
      ...attempt(1),
      ...attempt(2),
      `recordCell: ${cell}: pass, 46 GB/s`,
    ]);
  });

  it('shows figures and remaining time while a test still runs, from the cells measured so far', async () => {
    const fake = new FakeActivities();
    const spec = { ...plan, tests: [{ ...plan.tests[1], repetitions: 4 }] };
    const { promise: second, resolve: secondStarted } = Promise.withResolvers<void>();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    let started = 0;
    fake.overrides.watchRanks = async () => {
      started += 1;
      if (started === 2) {
        secondStarted();
        await release;
      }
      return { timedOut: false, endedBySuite: [] };
    };
    const { outcome } = await runSuite(spec, fake, async (run) => {
      const { handle } = run;
      await second;
      await handle.signal(pauseSignal);
      resolve();
      const { remaining, tests } = await until(run, ({ step }) => step === 'lf: paused');
      assert.ok(remaining.low > 1 && remaining.low < 2 && remaining.high > 2 && remaining.high < 3, 'two cells of 1 s');
      assert.ok(Date.parse(remaining.at) > 0);
      assert.equal(tests[0]?.result, '46 GB/s, 46 GB/s');
      const details = await detailsOf(run);
      assert.match(details, /\nAt \d\d:\d\d UTC: remaining when it continues: 2 s\n/);
      assert.match(details, /\n\| lf \| running \| 2 of 4 \| 46 GB\/s, 46 GB\/s \|/);
      const child = await detailsOf(run, `${handle.workflowId}/lf`);
      assert.match(child, /\n\| test \| cell \| result \| verdict \|\n/);
      assert.match(child, /\n\| lf \| 2 \| 46 GB\/s \| pass \|/);
      await handle.signal(resumeSignal);
    });
    assert.equal(result(outcome).verdict, 'pass');
  });

  it('forecasts before anything is measured, and has nothing left at the end', async () => {
    const fake = new FakeActivities();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    fake.overrides.checkNodes = async () => {
      await release;
      return new FakeActivities().activities.checkNodes({} as never);
    };
    const seen: Progress[] = [];
    await runSuite(plan, fake, async (run) => {
      seen.push(await until(run, ({ phase }) => phase === 'set-up'));
      resolve();
      await run.end();
      seen.push(await run.handle.query(progressQuery));
    });
    const [before, after] = seen;
    assert.ok(before && before.remaining.low > 15 && before.remaining.high > before.remaining.low);
    assert.deepEqual([after?.phase, after?.remaining.low, after?.remaining.high], ['done', 0, 0]);
  });
});

async function until({ handle }: Run, seen: (progress: Progress) => boolean): Promise<Progress> {
  for (;;) {
    const progress = await handle.query(progressQuery);
    if (seen(progress)) return progress;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
