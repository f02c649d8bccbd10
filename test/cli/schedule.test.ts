import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { scheduleToPause } from '../../suite/run/schedule-pause.js';
import { isolated } from '../support/environment.js';
import { FakeActivities } from '../support/fake-activities.js';
import { inProcess } from '../support/in-process.js';
import { plan, withWorker } from '../support/suite-run.js';
import { TEMPORAL, temporal } from '../support/temporal.js';

describe('dynamo-bench schedule', () => {
  let folder: string;
  let spec: string;
  let planFile: string;
  let env: Record<string, string>;
  const bench = (...args: string[]) => inProcess(args, env);
  const json = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await bench(...args, '--json');
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  };

  before(async () => {
    const { address } = await temporal();
    env = { TEMPORAL_ADDRESS: address };
    folder = await mkdtemp(join(tmpdir(), 'schedule-'));
    spec = join(folder, 'spec.json');
    planFile = join(folder, 'plan.json');
    await writeFile(planFile, JSON.stringify(plan));
    await writeFile(
      spec,
      JSON.stringify({ name: 'night', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] }),
    );
  });
  after(() => rm(folder, { recursive: true }));

  it('creates a schedule, replaces its settings, pauses, resumes, triggers and deletes it', async () => {
    const { client } = await temporal();
    const handle = client.schedule.getHandle('nightly-night');
    const cron = ['--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin'];
    const created = await json('schedule', 'set', spec, ...cron, '--note', 'P5');
    assert.deepEqual([created.id, created.done, created.paused], ['nightly-night', 'created', false]);
    assert.equal(new Date(created.next[0]).getUTCMinutes(), 30);
    const described = await handle.describe();
    assert.equal(described.spec.timezone, 'Europe/Berlin');
    assert.equal(described.policies.overlap, 'SKIP');
    assert.equal(described.policies.catchupWindow, 3_600_000);
    assert.equal(described.action.type, 'startWorkflow');
    assert.equal(described.action.workflowType, 'benchmarkSuite');
    assert.equal(described.action.workflowId, 'nightly-night');
    assert.equal(described.state.note, 'P5');

    const paused = await json('schedule', 'pause', 'nightly-night', '--reason', 'driver roll-out');
    assert.deepEqual([paused.done, paused.paused, paused.note], ['paused', true, 'driver roll-out']);
    const replaced = await json('schedule', 'set', spec, '--cron', '0 4 * * 6', '--catch-up', '10m');
    assert.deepEqual([replaced.done, replaced.paused], ['changed', true], 'a change does not resume it');
    const changed = await handle.describe();
    assert.equal(changed.policies.catchupWindow, 600_000);
    assert.notDeepEqual(changed.spec.calendars, described.spec.calendars);
    const shown = await json('schedule', 'show', spec);
    assert.deepEqual([shown.id, shown.done, shown.note], ['nightly-night', undefined, 'driver roll-out']);
    const resumed = await json('schedule', 'resume', 'nightly-night');
    assert.deepEqual([resumed.done, resumed.paused], ['resumed', false]);

    const triggered = await json('schedule', 'trigger', spec);
    assert.equal(triggered.done, 'started');
    const started = await handle.describe();
    assert.deepEqual(started.spec.calendars, changed.spec.calendars, 'the schedule does not change');
    assert.equal(started.policies.catchupWindow, 600_000);
    const [run] = started.info.recentActions;
    assert.ok(run && run.action.workflow.workflowId === triggered.workflowId);
    await client.workflow.getHandle(run.action.workflow.workflowId).terminate('the test has seen it');
    assert.equal((await json('schedule', 'delete', 'nightly-night')).done, 'deleted');
    for (const args of [['pause', '--reason', 'x'], ['trigger'], ['show']]) {
      const [verb = '', ...options] = args;
      const gone = await bench('schedule', verb, 'nightly-night', ...options);
      assert.equal(gone.exitCode, 2);
      assert.match(gone.stderr, /^error: Schedule "nightly-night" does not exist\n {2}→ /);
    }
  });

  it('applies a list of schedules of one owner, deletes those that left it, and spares others', async () => {
    const list = join(folder, 'list.json');
    const suite = JSON.parse(await readFile(spec, 'utf8'));
    const apply = async (owner: string, schedules: readonly object[]) => {
      await writeFile(list, JSON.stringify(schedules));
      return bench('schedule', 'apply', list, '--owner', owner, '--json');
    };
    const applied = async (owner: string, schedules: readonly object[]) => {
      const { exitCode, stdout, stderr } = await apply(owner, schedules);
      assert.equal(exitCode, 0, stderr);
      return (JSON.parse(stdout) as { id: string; done: string }[]).map(({ id, done }) => `${id} ${done}`);
    };
    await json('schedule', 'set', spec, '--id', 'by-hand');
    const first = { id: 'a1', cron: '0 2 * * *', timeZone: 'Europe/Berlin', pauseOn: ['fail'], suite };
    const second = { id: 'a2', cron: '0 3 * * *', suite };
    assert.deepEqual(await applied('team-a', [first, second]), ['a1 created', 'a2 created']);
    assert.deepEqual(await applied('team-b', [{ ...first, id: 'b1' }]), ['b1 created']);
    assert.deepEqual((await json('schedule', 'show', 'a1')).pauseOn, ['fail']);

    // A newly created schedule can be missing in the server's list for a moment.
    while (!(await json('schedule', 'list')).some(({ id }: { id: string }) => id === 'a2'));
    assert.deepEqual(await applied('team-a', [first]), ['a1 changed', 'a2 deleted']);

    const foreign = await apply('team-b', [first]);
    assert.equal(foreign.exitCode, 2);
    assert.match(foreign.stderr, /^error: Schedule "a1" belongs to team-a\n {2}→ /);
    for (const [wrong, message] of [
      [[{ cron: '0 2 * * *' }], /0\.suite: /],
      [[{ ...first, corn: 'x' }], /unknown key "corn"; did you mean "cron"\?/],
      [[{ ...first, pauseOn: ['failed'] }], /unknown outcome "failed"; did you mean "fail"\?/],
      [[first, first], /Two schedules have the same id/],
      [[{ ...first, cron: 'every night' }], /Invalid cron expression "every night"/],
      [[second, { ...first, suite: { name: 'x', tests: [] } }], /tests/],
    ] as const) {
      const refused = await apply('team-a', wrong);
      assert.equal(refused.exitCode, 2, refused.stderr);
      assert.match(refused.stderr, message);
    }
    assert.deepEqual(await applied('team-b', []), ['b1 deleted']);
    assert.deepEqual(await applied('team-a', []), ['a1 deleted']);
    await json('schedule', 'delete', 'by-hand');
  });

  it('does the same in the deprecated form, with one warning', async () => {
    const created = await bench('nightly', spec, '--id', 'former', '--json');
    assert.equal(JSON.parse(created.stdout).done, 'created');
    for (const [args, done] of [
      [['--pause', 'why'], 'paused'],
      [['--resume'], 'resumed'],
      [['--remove'], 'deleted'],
    ] as const) {
      const { exitCode, stdout, stderr } = await bench('nightly', spec, '--id', 'former', ...args, '--json');
      assert.deepEqual([exitCode, JSON.parse(stdout).id, JSON.parse(stdout).done], [0, 'former', done]);
      assert.match(stderr, /^warning: `dynamo-bench nightly --\w+` is deprecated; use `dynamo-bench schedule .*`$/m);
    }
    for (const args of [
      ['--now', '--pause', 'x'],
      ['--resume', '--remove'],
      ['--now', '--cron', '0 4 * * 6'],
    ]) {
      const refused = await bench('nightly', spec, ...args);
      assert.equal(refused.exitCode, 2, args.join(' '));
      assert.match(refused.stderr, /unknown option/);
    }
  });

  it('refuses a wrong cron expression, time zone or duration, and creates nothing', async () => {
    for (const [args, message] of [
      [['--cron', 'every night'], /^error: Invalid cron expression "every night": .+\n {2}→ /],
      [['--cron', '30 2 * *'], /Invalid cron expression/],
      [['--cron', '61 2 * * *'], /Invalid cron expression "61 2 \* \* \*": Minute/],
      [['--time-zone', 'Berlin'], /^error: Unknown time zone "Berlin"\n {2}→ /],
      [['--catch-up', '1 hour'], /--catch-up/],
    ] as const) {
      const { exitCode, stderr } = await bench('schedule', 'set', spec, '--id', 'wrong', ...args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal((await bench('schedule', 'show', 'wrong')).exitCode, 2);
    await json('schedule', 'set', spec, '--id', 'right');
    const changed = await bench('schedule', 'set', spec, '--id', 'right', '--cron', 'every night');
    assert.deepEqual([changed.exitCode, /Invalid cron expression/.test(changed.stderr)], [2, true], 'nor changes one');
    await json('schedule', 'delete', 'right');
  });

  it('starts one run for two triggers, and another one only with --allow-overlap', async () => {
    const { client } = await temporal();
    await json('schedule', 'set', spec, '--id', 'twice');
    const first = await json('schedule', 'trigger', 'twice');
    const second = await bench('schedule', 'trigger', 'twice', '--json');
    const { done, workflowId, running } = JSON.parse(second.stdout);
    assert.deepEqual(
      [second.exitCode, done, workflowId, running],
      [3, 'skipped', undefined, [first.workflowId]],
      'no second run starts',
    );
    const text = await bench('schedule', 'trigger', 'twice');
    assert.equal(text.exitCode, 3);
    assert.ok(text.stdout.startsWith(`Started no run: suite run ${first.workflowId} is running\n`));
    assert.match(text.stdout, /→ .*dynamo-bench schedule trigger twice --allow-overlap$/);
    assert.equal((await client.schedule.getHandle('twice').describe()).info.numActionsTaken, 1);
    await nextSecond();
    const anyway = await json('schedule', 'trigger', 'twice', '--allow-overlap');
    assert.equal(anyway.done, 'started');
    assert.notEqual(anyway.workflowId, first.workflowId);
    for (const id of [first.workflowId, anyway.workflowId]) await client.workflow.getHandle(id).terminate();
    await json('schedule', 'delete', 'twice');
  });

  it('follows the overlap policy that another program gave the schedule', async () => {
    const { client } = await temporal();
    await json('schedule', 'set', spec, '--id', 'buffers');
    const handle = client.schedule.getHandle('buffers');
    await handle.update((schedule) => ({ ...schedule, policies: { ...schedule.policies, overlap: 'BUFFER_ONE' } }));
    const first = await json('schedule', 'trigger', 'buffers');
    const second = await json('schedule', 'trigger', 'buffers');
    assert.deepEqual([second.done, second.running], ['buffered', [first.workflowId]]);
    assert.equal((await json('schedule', 'show', 'buffers')).starts.buffered, 1);
    await json('schedule', 'delete', 'buffers');
    await client.workflow.getHandle(first.workflowId).terminate();
  });

  it('shows the counts of the starts and the outcomes of the last runs, newest first, and lists the schedules', async () => {
    const { client } = await temporal();
    const ids: string[] = [];
    const trigger = async () => {
      await nextSecond();
      const { workflowId } = await json('schedule', 'trigger', 'seen');
      ids.unshift(workflowId);
      return client.workflow.getHandle(workflowId);
    };
    const set = ['schedule', 'set', planFile, '--id', 'seen', '--pause-on', 'regressed,fail'];
    await withWorker(new FakeActivities(), async (taskQueue) => {
      await json(...set, '--task-queue', taskQueue);
      await (await trigger()).result();
    });
    await json(...set, '--task-queue', 'nobody');
    await (await trigger()).terminate();
    await trigger();
    await bench('schedule', 'trigger', 'seen');
    const outcomes = ({ runs }: { runs: { workflowId: string; outcome: string }[] }) =>
      runs.map((run) => [run.workflowId, run.outcome]);
    const expected = [
      [ids[0], 'running'],
      [ids[1], 'terminated'],
      [ids[2], 'pass'],
    ];
    // Temporal indexes runs with a delay.
    const shown = await until(
      () => json('schedule', 'show', 'seen'),
      (seen) => isDeepStrictEqual(outcomes(seen), expected),
    );
    assert.deepEqual(outcomes(shown), expected);
    assert.deepEqual(shown.starts, { taken: 3, skipped: 1, missed: 0, buffered: 0 });
    assert.deepEqual([shown.pauseOn, shown.overlap, shown.catchUpSeconds], [['fail', 'regressed'], 'SKIP', 3600]);
    assert.equal(shown.runs[0].endedAt, undefined);
    assert.ok(Date.parse(shown.runs[1].endedAt) >= Date.parse(shown.runs[1].startedAt));
    const { stdout } = await bench('schedule', 'show', 'seen');
    assert.match(stdout, /3 taken, 1 skipped because a run was running, 0 missed, 0 waiting/);
    assert.match(stdout, /pauses on {2}fail, regressed\n/);

    await client.schedule.create({
      scheduleId: 'other-program',
      spec: { cronExpressions: ['@daily'] },
      action: { type: 'startWorkflow', workflowType: 'cleanup', taskQueue: 'nobody' },
    });
    const listed = await until(
      () => json('schedule', 'list'),
      (list) => list.some(({ id }: { id: string }) => id === 'seen'),
    );
    const mine = listed.find(({ id }: { id: string }) => id === 'seen');
    assert.deepEqual([mine.paused, mine.last.workflowId, mine.last.outcome], [false, ids[0], 'running']);
    assert.equal(
      listed.some(({ id }: { id: string }) => id === 'other-program'),
      false,
      'only schedules of suites',
    );
    const table = await bench('schedule', 'list');
    assert.match(table.stdout, new RegExp(`^seen +\\S+ +${ids[0]} +running$`, 'm'));
    await client.schedule.getHandle('other-program').delete();
    await client.workflow.getHandle(ids[0] ?? '').terminate();
    await json('schedule', 'delete', 'seen');
  });

  it('puts the outcomes that pause the schedule into the memo of its runs, like the Temporal CLI', async () => {
    const { client, address } = await temporal();
    const memoOf = async (id: string) => (await client.schedule.getHandle(id).describe()).action.memo;
    await json('schedule', 'set', spec, '--id', 'memo');
    assert.equal(await memoOf('memo').then((memo) => memo?.PauseScheduleOn), undefined);
    await json('schedule', 'set', spec, '--id', 'memo', '--pause-on', 'inconclusive');
    assert.deepEqual(await memoOf('memo'), { PauseScheduleOn: ['inconclusive'] });
    assert.equal((await client.schedule.getHandle('memo').describe()).policies.pauseOnFailure, false);
    await json('schedule', 'set', spec, '--id', 'memo', '--pause-on-failure');
    assert.deepEqual(await memoOf('memo'), { PauseScheduleOn: ['fail', 'regressed'] });
    assert.equal((await client.schedule.getHandle('memo').describe()).policies.pauseOnFailure, true);

    const { workflowId } = await json('schedule', 'trigger', 'memo');
    const { memo, searchAttributes } = await client.workflow.getHandle(workflowId).describe();
    assert.equal(scheduleToPause(memo, searchAttributes, 'regressed'), 'memo');
    assert.equal(scheduleToPause(memo, searchAttributes, 'pass'), undefined);
    await client.workflow.getHandle(workflowId).terminate();

    const create = ['schedule', 'create', '--address', address, '--schedule-id', 'from-cli', '--cron', '30 2 * * *'];
    const action = ['--type', 'benchmarkSuite', '--task-queue', 'nobody', '--input-file', spec];
    await isolated(TEMPORAL, [...create, ...action, '--memo', 'PauseScheduleOn=["fail","regressed"]'], {
      env: { ...process.env },
    });
    assert.deepEqual((await json('schedule', 'show', 'from-cli')).pauseOn, ['fail', 'regressed']);
    for (const id of ['memo', 'from-cli']) await json('schedule', 'delete', id);

    for (const [args, message] of [
      [['--pause-on', 'fail,regresed'], /nknown outcome "regresed"; did you mean "regressed"\?/],
      [['--pause-on', 'pass'], /nknown outcome "pass"/],
      [['--pause-on', 'fail', '--pause-on-failure'], /cannot be used with/],
    ] as const) {
      const { exitCode, stderr } = await bench('schedule', 'set', spec, '--id', 'memo', ...args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal((await bench('schedule', 'show', 'memo')).exitCode, 2, 'a wrong option creates nothing');
  });

  it('makes up for missed starts one after the other, and refuses a wrong range', async () => {
    const { client } = await temporal();
    await json('schedule', 'set', spec, '--id', 'late', '--cron', '30 2 * * *');
    const backfill = (from: string, to: string) => ['schedule', 'backfill', 'late', '--from', from, '--to', to];
    for (const [range, message] of [
      [['2026-01-05', '2026-01-01'], /^error: The range .+ is empty/],
      [['2026-01-05', '2026-01-05'], /is empty/],
      [['2026-01-05', '2999-01-01'], /ends in the future/],
      [['2026-01-05T03:00:00Z', '2026-01-05T20:00:00Z'], /has no start in the range/],
      [['2020-01-01', '2026-01-01'], /has \d+ or more starts/],
      [['2026-01-05T02:30', '2026-01-06'], /Expected a time such as/],
      [['yesterday', '2026-01-06'], /Expected a time such as/],
    ] as const) {
      const [from, to] = range;
      const { exitCode, stderr } = await bench(...backfill(from, to));
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal((await client.schedule.getHandle('late').describe()).info.numActionsTaken, 0);

    const done = await json(...backfill('2026-01-01T02:30:00Z', '2026-01-03T02:30:00Z'));
    const nights = ['2026-01-01T02:30:00', '2026-01-02T02:30:00', '2026-01-03T02:30:00'];
    assert.deepEqual([done.done, done.starts], ['backfilled', nights.map((night) => `${night}.000Z`)]);
    const handle = client.schedule.getHandle('late');
    for (const [i, night] of nights.entries()) {
      const { info } = await until(
        () => handle.describe(),
        (seen) => seen.info.numActionsTaken === i + 1,
      );
      const running = info.runningActions.map(({ workflow }) => workflow.workflowId);
      assert.deepEqual(running, [`late-${night}Z`], 'one at a time');
      await client.workflow.getHandle(`late-${night}Z`).terminate();
    }
    await json('schedule', 'delete', 'late');
    assert.equal((await bench(...backfill('2026-01-01', '2026-01-03'))).exitCode, 2);
  });

  it('names the address when no Temporal server answers', async () => {
    const { exitCode, stderr } = await inProcess(['schedule', 'set', spec], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assert.equal(exitCode, 4);
    assert.match(stderr, /127\.0\.0\.1:1/);
  });
});

/** The workflow id of a run has the second of its start. */
async function nextSecond(): Promise<void> {
  await setTimeout(1000 - (Date.now() % 1000));
}

/** Repeats a request until its answer fits, 20 s at most; returns the last answer. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (fits(answer) || Date.now() > deadline) return answer;
    await setTimeout(100);
  }
}
