import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { dynamoBench, MAIN, startDynamoBench } from '../support/command-line.js';
import { DurableTemporal } from '../support/durable-temporal.js';
import { isolated } from '../support/environment.js';
import { FakeActivities, failing, PASSED, unmeasured } from '../support/fake-activities.js';
import { inProcess } from '../support/in-process.js';
import { plan, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';

const oneTest = { ...plan, tests: [plan.tests[1]] };

describe('dynamo-bench commands on suite runs', function () {
  this.timeout(240_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'command-line-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A worker with these activities, and the command line with its server, its task queue and a new workflow id. */
  async function withSuite(fake: FakeActivities, work: (suite: Suite) => Promise<void>): Promise<void> {
    const { address } = await temporal();
    const id = `cli-${randomUUID()}`;
    await withWorker(fake, async (taskQueue) => {
      const env = { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue };
      const spawnRun = (spec: object, ...more: string[]) =>
        startDynamoBench(['run', '-', '--workflow-id', id, ...more], { env, input: JSON.stringify(spec) });
      const bench = (...args: string[]) => inProcess(args, env);
      const start = async (spec: object, ...more: string[]) => {
        const file = join(folder, `${id}.json`);
        await writeFile(file, JSON.stringify(spec));
        return bench('run', file, '--workflow-id', id, ...more);
      };
      const fetchStatus = async () => JSON.parse((await bench('status', id, '--json')).stdout) as Status;
      await work({ id, start, spawnRun, bench, fetchStatus });
    });
  }

  interface Suite {
    readonly id: string;
    /** Runs `dynamo-bench run` to its end. */
    readonly start: (spec: object, ...args: string[]) => ReturnType<typeof inProcess>;
    /** The same as a process, which a test can interrupt. */
    readonly spawnRun: (spec: object, ...args: string[]) => ReturnType<typeof startDynamoBench>;
    readonly bench: (...args: string[]) => ReturnType<typeof inProcess>;
    readonly fetchStatus: () => Promise<Status>;
  }

  /** Activities whose ranks run until they are released, or the worker ends because the test has failed. */
  function held(after = '') {
    const fake = new FakeActivities();
    const { promise: started, resolve: hasStarted } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      if (fake.calls.some((call) => call.includes(after))) {
        hasStarted();
        await Promise.race([released, Context.current().cancelled]);
      }
      return { timedOut: false, endedBySuite: [] };
    };
    return { fake, started, release };
  }

  /** Fetches the status until it is the wanted one. */
  async function until({ fetchStatus }: Suite, wanted: (status: Status) => boolean): Promise<Status> {
    for (;;) {
      const status = await fetchStatus();
      if (wanted(status)) return status;
    }
  }
  interface Status {
    readonly outcome: string;
    readonly remaining: { readonly low: number; readonly high: number };
    readonly tests: readonly { readonly name: string; readonly status: string; readonly result?: string }[];
  }

  it('run follows a suite to its end: steps, the table, the command for the report, and exit code 0', async () => {
    await withSuite(new FakeActivities(), async ({ id, spawnRun, bench }) => {
      const { exitCode, stdout, stderr } = await spawnRun(plan);
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, new RegExp(`^Started suite run ${id}\n\\d\\d:\\d\\d:\\d\\d  `));
      assert.match(stdout, /\ntest +state +cells +result\nucx +pass +1 of 1 +46 GB\/s\nlf +pass /);
      assert.match(stdout, new RegExp(`\n${id}: pass\nreport: dynamo-bench report ${id}, or runs/${id} `));
      assert.ok(!stdout.includes('\u001b'), 'no colour and no cursor moves without a terminal');
      const again = await bench('watch', id, '--json');
      assert.equal(again.exitCode, 0);
      const { outcome, verdict, tests } = JSON.parse(again.stdout);
      assert.deepEqual([outcome, verdict, tests.length], ['pass', 'pass', 3]);
    });
  });

  it('shows a live table with colours on a terminal, no colours with NO_COLOR, and colours anywhere with FORCE_COLOR', async () => {
    const { address } = await temporal();
    const id = `cli-${randomUUID()}`;
    await withWorker(new FakeActivities(), async (taskQueue) => {
      const env = { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue };
      const input = JSON.stringify(oneTest);
      const inTerminal = (args: string, more: Record<string, string> = {}) =>
        isolated('script', ['-qec', `stty cols 80 rows 24; '${process.execPath}' '${MAIN}' ${args}`, '/dev/null'], {
          env: { ...env, TERM: 'xterm', ...more },
          input: '',
        });
      await dynamoBench(['run', '-', '--workflow-id', id, '--detach'], { env, input });
      const { stdout } = await inTerminal(`watch ${id}`);
      assert.ok(stdout.includes('A\u001b[0J'), 'the table is redrawn');
      assert.ok(stdout.includes('\u001b[32mpass'));
      const plain = await inTerminal(`watch ${id}`, { NO_COLOR: '1' });
      assert.match(plain.stdout, /lf +pass/);
      assert.ok(!plain.stdout.includes('\u001b[32m'));
      const forced = await dynamoBench(['watch', id], { env: { ...env, CI: 'true', FORCE_COLOR: '1' } });
      assert.ok(forced.stdout.includes('\u001b[32mpass'), 'for CI systems that show colours');
    });
  });

  it('ends with 1 for a suite that fails or regressed, and with 3 for one that is inconclusive', async () => {
    const failed = new FakeActivities();
    const below = [{ code: 'below-expectation', message: 'lf is slow' }] as const;
    failed.judgements.lf = [{ ...PASSED, verdict: 'fail', reasons: [...below] }];
    const regressed = new FakeActivities();
    regressed.overrides.compareRun = async () => ({
      change: 'regressed',
      reason: 'slower',
      regressed: ['lf'],
      regressions: 1,
    });
    const inconclusive = new FakeActivities();
    inconclusive.judgements.lf = [{ ...PASSED, verdict: 'inconclusive' }];
    for (const [fake, outcome, code] of [
      [failed, 'fail', 1],
      [regressed, 'regressed', 1],
      [inconclusive, 'inconclusive', 3],
    ] as const) {
      await withSuite(fake, async ({ start }) => {
        const { exitCode, stdout } = await start(oneTest, '--json');
        assert.equal(JSON.parse(stdout).outcome, outcome);
        assert.equal(exitCode, code, outcome);
      });
    }
  });

  it('ends with 4 for a suite that could not measure, with the class and the hint', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('BackendUnavailable')];
    await withSuite(fake, async ({ start, bench, id }) => {
      const { exitCode, stdout } = await start(oneTest);
      assert.equal(exitCode, 4);
      assert.match(
        stdout,
        new RegExp(`\n${id}: failed: BackendUnavailable: lf: made up: BackendUnavailable\n  → none`),
      );
      const json = await bench('watch', id, '--json');
      assert.equal(json.exitCode, 4);
      assert.equal(JSON.parse(json.stdout).failure.class, 'BackendUnavailable');
    });
    const notReady = new FakeActivities();
    notReady.overrides.checkNodes = failing('Forbidden', 'nodes may not be listed');
    await withSuite(notReady, async ({ start }) => {
      const { exitCode, stdout } = await start(oneTest, '--json');
      assert.equal(exitCode, 4);
      assert.match(JSON.parse(stdout).failure.message, /nodes may not be listed/);
    });
  });

  it('refuses an invalid spec with 2 and starts nothing', async () => {
    await withSuite(new FakeActivities(), async ({ start, bench, id }) => {
      const { exitCode, stderr } = await start({
        name: 'x',
        tests: [{ name: 'a', tool: 'nixlbench', backend: 'ucx' }],
      });
      assert.equal(exitCode, 2);
      assert.match(stderr, /"ucx".*did you mean "UCX"/);
      assert.equal((await bench('watch', id)).exitCode, 2);
    });
  });

  it('detaches on Ctrl-C with the command to follow it again; the suite run continues to its end', async () => {
    const { fake, started, release } = held();
    await withSuite(fake, async (suite) => {
      const { start, spawnRun, bench, id } = suite;
      const running = spawnRun(oneTest);
      await started;
      running.kill('SIGINT');
      const { exitCode, stderr } = await running;
      assert.equal(exitCode, 3);
      assert.match(stderr, new RegExp(`suite run "${id}", which continues.*\n.*dynamo-bench watch ${id}\n`));
      const { outcome, remaining, tests } = await until(suite, ({ tests }) => tests.length > 0);
      assert.deepEqual([outcome, tests[0]?.status], ['running', 'running']);
      assert.ok(remaining.low > 0 && remaining.high >= remaining.low);
      assert.equal((await bench('status', id)).exitCode, 3);
      const twice = await start(oneTest);
      assert.equal(twice.exitCode, 2);
      assert.match(twice.stderr, new RegExp(`Suite run "${id}" is already running\n  → .*dynamo-bench watch ${id}`));
      release();
      assert.equal((await bench('watch', id)).exitCode, 0);
    });
  });

  it('Ctrl-C with --json prints one document of a running suite', async () => {
    const { fake, started, release } = held();
    await withSuite(fake, async ({ spawnRun, bench, id }) => {
      const running = spawnRun(oneTest, '--json');
      await started;
      running.kill('SIGINT');
      const { exitCode, stdout } = await running;
      assert.equal(exitCode, 3);
      assert.deepEqual(JSON.parse(stdout).outcome, 'running');
      release();
      assert.equal((await bench('watch', id)).exitCode, 0);
    });
  });

  it('resolves a parked test, and names it when another test is given', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('BackendUnavailable')];
    await withSuite(fake, async (suite) => {
      const { start, bench, id } = suite;
      const { exitCode, stdout } = await start({ ...plan, onFailure: 'park' }, '--detach', '--json');
      assert.equal(exitCode, 0);
      assert.equal(JSON.parse(stdout).workflowId, id);
      await until(suite, ({ tests }) => tests.some(({ status }) => status === 'parked'));
      assert.match(
        (await bench('status', id)).stdout,
        new RegExp(`\nlf is parked: dynamo-bench resolve ${id} lf retry\\|skip\\|abort`),
      );
      for (const [args, message] of [
        [['ucx', 'retry'], /^error: .*"ucx".*: lf\)\n {2}→ .*dynamo-bench status /],
        [['nixl-uc', 'retry'], /^error: .*"nixl-uc".*did you mean "nixl-ucx"\?.*: lf\)\n/],
        [['lf', 'again'], /retry, skip, abort/],
      ] as const) {
        const refused = await bench('resolve', id, ...args);
        assert.equal(refused.exitCode, 2, args.join(' '));
        assert.match(refused.stderr, message);
      }
      const resolved = await bench('resolve', id, 'lf', 'retry', '--json');
      assert.equal(resolved.exitCode, 0, resolved.stderr);
      assert.deepEqual(JSON.parse(resolved.stdout), { workflowId: id, done: 'lf: retry' });
      assert.equal((await bench('watch', id)).exitCode, 0);
      const late = await bench('resolve', id, 'lf', 'retry');
      assert.equal(late.exitCode, 2);
      assert.match(late.stderr, /has ended: completed\n {2}→ .*dynamo-bench status /);
    });
  });

  it('pauses, resumes, and skips a test', async () => {
    const { fake, started, release } = held();
    await withSuite(fake, async (suite) => {
      const { start, bench, id } = suite;
      await start(plan, '--detach');
      await started;
      assert.equal((await bench('pause', id)).exitCode, 0);
      assert.equal((await bench('skip', id, 'nixl-ucx')).exitCode, 0);
      const refused = await bench('skip', id, 'ucx');
      assert.equal(refused.exitCode, 2);
      assert.match(refused.stderr, /"ucx".*: lf/);
      release();
      await until(suite, ({ tests }) => tests[0]?.status === 'done');
      const former = await bench('watch', id, '--once');
      assert.match(former.stdout, new RegExp(`\nto resume: dynamo-bench resume ${id}`));
      assert.match(former.stderr, /^warning: .*`dynamo-bench status`$/, 'the deprecated form');
      assert.equal((await bench('resume', id)).exitCode, 0);
      const { exitCode, stdout } = await bench('watch', id, '--json');
      assert.equal(exitCode, 0);
      const states = JSON.parse(stdout).tests.map(({ verdict }: { verdict: string }) => verdict);
      assert.deepEqual(states, ['pass', 'pass', 'skipped']);
    });
  });

  it('cancels: the run ends, neither passed nor failed', async () => {
    const { fake, started, release } = held();
    await withSuite(fake, async ({ start, bench, id }) => {
      await start(oneTest, '--detach');
      await started;
      const cancelled = await bench('cancel', id);
      assert.equal(cancelled.exitCode, 0, cancelled.stderr);
      release();
      const { exitCode, stdout } = await bench('watch', id);
      assert.equal(exitCode, 3);
      assert.match(stdout, new RegExp(`\n${id}: cancelled$`));
      assert.equal((await bench('cancel', id)).exitCode, 2);
    });
  });

  it('prints the reset that runs a failed test again, and lists the tests when there is no such test', async () => {
    const fake = new FakeActivities();
    fake.judgements.lf = [unmeasured('BackendUnavailable')];
    await withSuite(fake, async ({ start, bench, id }) => {
      assert.equal((await start(plan, '--json')).exitCode, 4);
      const { stdout, exitCode } = await bench('reset', id);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^# .*lf.*BackendUnavailable\ntemporal workflow reset --workflow-id cli-/);
      const json = JSON.parse((await bench('reset', id, '--test', 'ucx', '--json')).stdout);
      assert.equal(json.block, 'ucx');
      assert.match(json.command, new RegExp(`--event-id ${json.eventId} `));
      const wrong = await bench('reset', id, '--test', 'nixl');
      assert.equal(wrong.exitCode, 2);
      assert.match(wrong.stderr, /"nixl".*\n {2}→ .*: ucx, lf, nixl-ucx/);
    });
  });

  it('prints the cancellation first when another test is running, which a reset would leave running', async () => {
    const { fake, started, release } = held('recordCell ucx');
    fake.judgements.ucx = [unmeasured('BackendUnavailable')];
    await withSuite(fake, async ({ start, bench, id }) => {
      await start(plan, '--detach');
      await started;
      const { stdout } = await bench('reset', id);
      assert.match(stdout, new RegExp(`\n# .*lf is running, .*\ntemporal workflow cancel --workflow-id ${id}\n`));
      assert.equal(JSON.parse((await bench('reset', id, '--json')).stdout).running, 'lf');
      release();
      await bench('watch', id);
      assert.doesNotMatch((await bench('reset', id)).stdout, /cancel/);
    });
  });

  it('reuses the cells of an earlier run, and warns when Temporal does not know it', async () => {
    const fake = new FakeActivities();
    const asked: (string | undefined)[] = [];
    fake.overrides.findCell = async ({ resumeFrom }) => {
      asked.push(resumeFrom);
      return { attempts: 0 };
    };
    await withSuite(fake, async ({ start }) => {
      const { exitCode, stderr } = await start(oneTest, '--resume-from', 'no-such-run');
      assert.equal(exitCode, 0);
      assert.match(stderr, /^warning: .*"no-such-run".*result store/m);
    });
    assert.deepEqual(asked, ['no-such-run']);
  });

  it('suggests a similar run, and names the suite run of a test’s workflow', async () => {
    await withSuite(new FakeActivities(), async ({ start, bench, id }) => {
      await start(oneTest);
      const wrong = await bench('watch', `${id}x`);
      assert.equal(wrong.exitCode, 2);
      assert.match(wrong.stderr, new RegExp(`"${id}x".*did you mean "${id}"\\?\n  → `));
      const child = await bench('cancel', `${id}/lf`);
      assert.equal(child.exitCode, 2);
      assert.match(child.stderr, new RegExp(`is a transportTest.*\n  → .*${id}`));
    });
  });

  it('warns when there is no worker, and names the address when Temporal does not answer', async () => {
    const { address } = await temporal();
    const id = `cli-${randomUUID()}`;
    const env = { TEMPORAL_ADDRESS: address, TASK_QUEUE: `nobody-${id}` };
    const file = join(folder, `${id}.json`);
    await writeFile(file, JSON.stringify(oneTest));
    const { exitCode, stderr } = await inProcess(['run', file, '--workflow-id', id, '--detach'], env);
    assert.equal(exitCode, 0);
    assert.match(stderr, /^warning: No worker polls task queue "nobody-/);
    const doctor = await inProcess(['doctor', '--json'], env);
    const findings = JSON.parse(doctor.stdout) as { subject: string; message: string }[];
    const found = findings.find(({ subject }) => subject === 'worker');
    assert.match(found?.message ?? '', new RegExp(`^No worker polls task queue "${env.TASK_QUEUE}"`));
    const { client } = await temporal();
    await client.workflow.getHandle(id).terminate();
    const ended = await inProcess(['watch', id], env);
    assert.equal(ended.exitCode, 4);
    assert.match(ended.stdout, new RegExp(`^${id}: terminated$`, 'm'));
    const nowhere = await inProcess(['watch', id], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assert.equal(nowhere.exitCode, 4);
    assert.match(nowhere.stderr, /127\.0\.0\.1:1/);
  });

  it('keeps watching while the Temporal server does not answer, and reports it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'away-'));
    const server = await DurableTemporal.start(join(folder, 'temporal.db'));
    try {
      const handle = await server.client.start('benchmarkSuite', {
        workflowId: 'away',
        taskQueue: 'q',
        args: [oneTest],
      });
      const watching = startDynamoBench(['watch', 'away'], { env: { TEMPORAL_ADDRESS: server.address } });
      let seen = '';
      watching.stdout.on('data', (text) => {
        seen += text;
      });
      const untilLine = async (words: string) => {
        const ended = watching.then(() => assert.ok(seen.includes(words), `watch ended without: ${words}`));
        while (!seen.includes(words)) await Promise.race([once(watching.stdout, 'data'), ended]);
      };
      await untilLine('No worker polls');
      await server.kill();
      await untilLine('Temporal does not answer');
      await server.restart();
      await handle.terminate();
      const { exitCode, stdout } = await watching;
      assert.equal(exitCode, 4);
      assert.match(stdout, /\naway: terminated$/);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true });
    }
  });
});
