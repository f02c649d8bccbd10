import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dynamoBench } from '../support/command-line.js';
import { temporal } from '../support/temporal.js';

describe('dynamo-bench nightly', function () {
  this.timeout(60_000);
  let folder: string;
  let spec: string;
  let env: Record<string, string>;
  const nightly = (...args: string[]) => dynamoBench(['nightly', spec, ...args], { env });

  before(async () => {
    const { address } = await temporal();
    env = { TEMPORAL_ADDRESS: address };
    folder = await mkdtemp(join(tmpdir(), 'nightly-'));
    spec = join(folder, 'spec.json');
    await writeFile(
      spec,
      JSON.stringify({ name: 'night', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] }),
    );
  });
  after(() => rm(folder, { recursive: true }));

  it('creates a schedule, changes it, pauses it with a note, lets it go on, and removes it', async () => {
    const { client } = await temporal();
    const handle = client.schedule.getHandle('nightly-night');
    const created = await nightly('--cron', '30 2 * * *', '--time-zone', 'Europe/Berlin', '--note', 'P5', '--json');
    assert.equal(created.exitCode, 0, created.stderr);
    assert.equal(JSON.parse(created.stdout).done, 'created');
    const described = await handle.describe();
    assert.equal(described.spec.timezone, 'Europe/Berlin');
    assert.equal(described.policies.overlap, 'SKIP');
    assert.equal(described.policies.catchupWindow, 3_600_000);
    assert.equal(described.action.type, 'startWorkflow');
    assert.equal(described.action.workflowType, 'benchmarkSuite');
    assert.equal(described.action.workflowId, 'nightly-night');
    assert.equal(described.state.note, 'P5');
    assert.equal(new Date(JSON.parse(created.stdout).next[0]).getUTCMinutes(), 30);

    assert.match((await nightly('--pause', 'driver roll-out')).stdout, /paused \(driver roll-out\)/);
    assert.equal(
      JSON.parse((await nightly('--cron', '0 4 * * 6', '--catch-up', '10m', '--json')).stdout).done,
      'changed',
    );
    const changed = await handle.describe();
    assert.ok(changed.state.paused, 'a change does not resume it');
    assert.equal(changed.policies.catchupWindow, 600_000);
    assert.notDeepEqual(changed.spec.calendars, described.spec.calendars);
    assert.match((await nightly('--resume')).stdout, /resumed; next: /);

    assert.match((await nightly('--now')).stdout, /^nightly-night: started; next: /);
    const started = await handle.describe();
    assert.deepEqual(started.spec.calendars, changed.spec.calendars, 'the schedule stays as it is');
    assert.equal(started.policies.catchupWindow, 600_000);
    const [run] = started.info.recentActions;
    assert.equal(run?.action.type, 'startWorkflow');
    await client.workflow.getHandle(run.action.workflow.workflowId).terminate('the test has seen it');
    assert.match((await nightly('--remove')).stdout, /removed/);
    for (const args of [['--pause', 'x'], ['--now']]) {
      const gone = await nightly(...args);
      assert.equal(gone.exitCode, 2);
      assert.match(gone.stderr, /there is no schedule nightly-night/);
    }
  });

  it('does one thing at a time, and with the schedule as it is', async () => {
    for (const args of [
      ['--now', '--pause', 'x'],
      ['--resume', '--remove'],
      ['--now', '--cron', '0 4 * * 6'],
    ]) {
      const refused = await nightly(...args);
      assert.equal(refused.exitCode, 2, args.join(' '));
      assert.match(refused.stderr, /cannot be used with option/);
    }
  });

  it('refuses a cron line, a time zone or a spec that cannot be, before it talks to Temporal', async () => {
    for (const [args, message] of [
      [['--cron', 'every night'], /"every night" is no cron line/],
      [['--cron', '30 2 * *'], /no cron line/],
      [['--time-zone', 'Berlin'], /"Berlin" is no time zone/],
      [['--catch-up', '1 hour'], /not a duration/],
    ] as const) {
      const { exitCode, stderr } = await nightly(...args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, message);
    }
  });

  it('says where it looked when there is no Temporal', async () => {
    const { exitCode, stderr } = await dynamoBench(['nightly', spec], { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    assert.equal(exitCode, 4);
    assert.match(stderr, /no Temporal server at 127\.0\.0\.1:1/);
  });
});
