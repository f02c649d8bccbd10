import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.js';
import { temporal } from '../support/temporal.js';

describe('dynamo-bench schedule', function () {
  this.timeout(60_000);
  let folder: string;
  let spec: string;
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

    assert.equal((await json('schedule', 'trigger', spec)).done, 'started');
    const started = await handle.describe();
    assert.deepEqual(started.spec.calendars, changed.spec.calendars, 'the schedule does not change');
    assert.equal(started.policies.catchupWindow, 600_000);
    const [run] = started.info.recentActions;
    assert.equal(run?.action.type, 'startWorkflow');
    await client.workflow.getHandle(run.action.workflow.workflowId).terminate('the test has seen it');
    assert.equal((await json('schedule', 'delete', 'nightly-night')).done, 'deleted');
    for (const args of [['pause', '--reason', 'x'], ['trigger'], ['show']]) {
      const [verb = '', ...options] = args;
      const gone = await bench('schedule', verb, 'nightly-night', ...options);
      assert.equal(gone.exitCode, 2);
      assert.match(gone.stderr, /^error: Schedule "nightly-night" does not exist\n {2}→ /);
    }
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

  it('names the address when no Temporal server answers', async () => {
    const { exitCode, stderr } = await inProcess(['schedule', 'set', spec], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assert.equal(exitCode, 4);
    assert.match(stderr, /127\.0\.0\.1:1/);
  });
});
