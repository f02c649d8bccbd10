import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { execa } from 'execa';
import { parseKeys, readKeyFile } from '../../temporal/codec/key-file.js';
import { startDynamoBench } from '../support/command-line.js';
import { isolated } from '../support/environment.js';
import { FakeActivities, failing, unmeasured } from '../support/fake-activities.js';
import { inProcess } from '../support/in-process.js';
import { fieldsWith } from '../support/plain-text.js';
import { plan, withWorker } from '../support/suite-run.js';
import { TEMPORAL, temporal } from '../support/temporal.js';

const SPEC = { ...plan, name: 'suite-of-codec', env: { NOTE: 'value-of-codec' } };
const TEST = 'nixl-ucx';

describe('an encrypted suite run', () => {
  let folder: string;
  let spec: string;
  let keyFile: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codec-'));
    spec = join(folder, 'spec.json');
    keyFile = join(folder, 'payload.key');
    await writeFile(spec, JSON.stringify(SPEC));
    assert.equal((await inProcess(['codec', 'new-key', keyFile, '--id', 'first'])).exitCode, 0);
  });
  after(() => rm(folder, { recursive: true }));

  interface Suite {
    readonly id: string;
    readonly taskQueue: string;
    readonly address: string;
    /** Runs a command with the key. */
    readonly bench: (...args: string[]) => ReturnType<typeof inProcess>;
    /** Runs a command without it. */
    readonly keyless: (...args: string[]) => ReturnType<typeof inProcess>;
    /** Runs the Temporal CLI, which has no key. */
    readonly cli: (...args: string[]) => Promise<string>;
  }

  /** A worker with these activities, and the command line, with an encrypted task queue and a new workflow id. */
  async function withSuite(fake: FakeActivities, work: (suite: Suite) => Promise<void>) {
    const { address } = await temporal();
    const use = (taskQueue: string) => {
      const env = { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue };
      return work({
        id: `codec-${randomUUID()}`,
        taskQueue,
        address,
        bench: (...args) => inProcess(args, { ...env, PAYLOAD_KEY_FILE: keyFile }),
        keyless: (...args) => inProcess(args, env),
        cli: async (...args) => (await execa(TEMPORAL, [...args, '--address', address])).stdout,
      });
    };
    await withWorker(fake, use, { PAYLOAD_KEY_FILE: keyFile });
  }

  it('keeps only ids and search attributes readable: no spec, no result, no message of a failure', async () => {
    const fake = new FakeActivities();
    fake.overrides.startRank = failing('Crashed', 'message-of-codec');
    await withSuite(fake, async ({ id, bench }) => {
      const { exitCode, stdout } = await bench('run', spec, '--workflow-id', id);
      assert.equal(exitCode, 4, stdout);
      assert.match(stdout, /Crashed: ucx: message-of-codec/, 'the command line reads it');
      for (const hidden of ['value-of-codec', 'message-of-codec', 'gpu-1', 'looking for its record', 'at Array.'])
        assert.deepEqual(await fieldsWith(hidden, id), [], hidden);
      assert.deepEqual(await fieldsWith('suite-of-codec', id), ['SuiteName']);
      assert.deepEqual(await fieldsWith(TEST, id), ['SuiteTest', 'workflowId']);
      assert.deepEqual(await fieldsWith('Crashed', id), ['type']);
      assert.match((await bench('reset', id)).stdout, /^# Test nixl-ucx failed: message-of-codec\n/);
    });
    await withWorker(fake, async (taskQueue) => {
      const { address } = await temporal();
      const id = `plain-${randomUUID()}`;
      const env = { TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue };
      assert.equal((await inProcess(['run', spec, '--workflow-id', id], env)).exitCode, 4);
      assert.deepEqual(await fieldsWith('value-of-codec', id), ['input'], 'the same search finds what is plain');
      assert.deepEqual(await fieldsWith('message-of-codec', id), [
        'details',
        'input',
        'message',
        'result',
        'stackTrace',
      ]);
    });
  });

  it('names the last failure of a step whose time ran out, which its history hides', async () => {
    const fake = new FakeActivities();
    fake.overrides.openRun = failing('ApiUnreachable', 'message-of-codec');
    await withSuite(fake, async ({ id, bench }) => {
      const { stdout } = await bench('run', spec, '--workflow-id', id);
      assert.match(stdout, /cluster: ApiUnreachable: message-of-codec/);
      assert.deepEqual(await fieldsWith('message-of-codec', id), []);
    });
  });

  it('shows its state, pauses, resumes, skips and resolves, with rejections in words', async () => {
    const fake = new FakeActivities();
    fake.judgements.ucx = [unmeasured('BackendUnavailable')];
    const { promise: started, resolve: hasStarted } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      hasStarted();
      await Promise.race([released, Context.current().cancelled]);
      return { timedOut: false, endedBySuite: [] };
    };
    await withSuite(fake, async ({ id, bench }) => {
      const parking = join(folder, 'parking.json');
      await writeFile(parking, JSON.stringify({ ...SPEC, onFailure: 'park' }));
      assert.equal((await bench('run', parking, '--workflow-id', id, '--detach')).exitCode, 0);
      await started;
      assert.equal((await bench('pause', id)).exitCode, 0);
      const paused = JSON.parse((await bench('status', id, '--json')).stdout);
      assert.deepEqual([paused.paused, paused.tests[0].name, paused.tests[0].status], [true, 'ucx', 'running']);
      assert.equal((await bench('resume', id)).exitCode, 0);
      const rejected = await bench('skip', id, 'no-such-test');
      assert.equal(rejected.exitCode, 2);
      assert.match(rejected.stderr, /no-such-test/);
      assert.match((await bench('skip', id, TEST)).stdout, /nixl-ucx: will not run$/);
      release();
      while (!/ucx +parked/.test((await bench('status', id)).stdout));
      assert.match((await bench('resolve', id, 'ucx', 'retry')).stdout, /ucx: retry$/);
      const { stdout } = await bench('watch', id, '--json');
      const { tests } = JSON.parse(stdout);
      assert.deepEqual(
        tests.map(({ verdict }: { verdict: string }) => verdict),
        ['pass', 'pass', 'skipped'],
      );
      assert.deepEqual(await fieldsWith('46 GB/', id), []);
    });
  });

  it('explains to a command without the key which variable to set, in one line', async () => {
    await withSuite(new FakeActivities(), async ({ id, bench, keyless }) => {
      assert.equal((await bench('run', spec, '--workflow-id', id)).exitCode, 0);
      for (const args of [
        ['status', id],
        ['watch', id],
      ]) {
        assert.deepEqual(await keyless(...args), {
          exitCode: 4,
          stdout: '',
          stderr:
            'error: This suite run is encrypted with key "first": set PAYLOAD_KEY_FILE to the key file of its worker',
        });
      }
      const other = join(folder, 'other.key');
      await bench('codec', 'new-key', other, '--id', 'second');
      const { stderr } = await inProcess(['status', id], {
        TEMPORAL_ADDRESS: (await temporal()).address,
        PAYLOAD_KEY_FILE: other,
      });
      assert.match(
        stderr,
        /^error: A payload is encrypted with key "first", but key file .*other\.key has only "second"/,
      );
    });
  });

  it('starts with plain input from the Temporal CLI, and shows its history through the codec server', async () => {
    await withSuite(new FakeActivities(), async ({ id, taskQueue, bench, cli }) => {
      const start = ['workflow', 'start', '--type', 'benchmarkSuite', '--task-queue', taskQueue];
      await cli(...start, '--workflow-id', id, '--input-file', spec);
      assert.equal((await bench('watch', id)).exitCode, 0);
      assert.deepEqual(await fieldsWith('value-of-codec', id), ['input'], 'only the input of the Temporal CLI');
      assert.ok(!(await cli('workflow', 'show', '--workflow-id', id, '--detailed')).includes('gpu-1'));

      const token = join(folder, 'codec.token');
      await writeFile(token, 'a-long-and-random-token\n', { mode: 0o600 });
      const args = ['codec', 'serve', '--address', '127.0.0.1:0', '--json', '--token-file', token];
      const server = startDynamoBench(args, { env: { PAYLOAD_KEY_FILE: keyFile } });
      try {
        const { url, keys } = JSON.parse(await firstDocument(server.stdout));
        assert.deepEqual(keys, ['first']);
        const codec = ['--codec-endpoint', url, '--codec-auth', 'Bearer a-long-and-random-token'];
        const decoded = await cli('workflow', 'show', '--workflow-id', id, '--detailed', ...codec);
        assert.match(decoded, /\ninput\[0\]\.node: gpu-1\n/);
        const progress = await cli('workflow', 'query', '--workflow-id', id, '--name', 'progress', ...codec);
        assert.ok(progress.includes('"phase":"done"'), progress);
        const encrypted = `${id}-encrypted`;
        await cli(...start, '--workflow-id', encrypted, '--input-file', spec, ...codec);
        assert.equal((await bench('watch', encrypted)).exitCode, 0);
        assert.deepEqual(await fieldsWith('value-of-codec', encrypted), []);
      } finally {
        server.kill('SIGTERM');
        assert.deepEqual([(await server).exitCode, (await server).stderr], [0, '']);
      }
    });
  });

  it('starts from a schedule, whose spec is encrypted too', async () => {
    await withSuite(new FakeActivities(), async ({ id, bench, cli }) => {
      const set = ['schedule', 'set', spec, '--id', id, '--note', 'readable note'];
      assert.equal((await bench(...set)).exitCode, 0);
      assert.equal((await bench(...set, '--cron', '0 4 * * 6')).exitCode, 0, 'a change reads and writes it');
      const described = await cli('schedule', 'describe', '--schedule-id', id, '-o', 'json');
      assert.ok(described.includes('readable note'));
      const { client } = await temporal();
      await assert.rejects(client.schedule.getHandle(id).describe(), /Unknown encoding: binary\/encrypted/);
      assert.equal((await bench('schedule', 'trigger', id)).exitCode, 0);
      let run: string | undefined;
      while (run === undefined) {
        for await (const { workflowId } of client.workflow.list({ query: `TemporalScheduledById="${id}"` }))
          run = workflowId;
      }
      assert.equal((await bench('watch', run)).exitCode, 0);
      assert.deepEqual(await fieldsWith('value-of-codec', run), []);
      assert.equal((await bench('schedule', 'delete', id)).exitCode, 0);
    });
  });

  it('waits while its worker lacks the key, says so, and continues with a worker that has it', async () => {
    const [id, TASK_QUEUE] = [`codec-${randomUUID()}`, `queue-${randomUUID()}`];
    const env = { TEMPORAL_ADDRESS: (await temporal()).address, TASK_QUEUE, PAYLOAD_KEY_FILE: keyFile };
    const bench = (...args: string[]) => inProcess(args, env);
    await bench('run', spec, '--workflow-id', id, '--detach');
    const fake = new FakeActivities();
    const says =
      /its workflow task fails, attempt \d+: This suite run is encrypted with key "first": set PAYLOAD_KEY_FILE /;
    const untilItSaysSo = async () => {
      while (!says.test((await bench('status', id)).stdout));
    };
    await withWorker(fake, untilItSaysSo, { TASK_QUEUE });
    assert.deepEqual(fake.calls, []);
    const watch = async () => assert.equal((await bench('watch', id)).exitCode, 0);
    await withWorker(fake, watch, { TASK_QUEUE, PAYLOAD_KEY_FILE: keyFile });
  });

  it('continues when its worker gets the key while it runs', async () => {
    const [id, TASK_QUEUE] = [`codec-${randomUUID()}`, `queue-${randomUUID()}`];
    const env = { TEMPORAL_ADDRESS: (await temporal()).address, TASK_QUEUE };
    const interrupted = new FakeActivities();
    interrupted.judgements.ucx = [unmeasured('BackendUnavailable')];
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    interrupted.overrides.watchRanks = async () => {
      if (interrupted.calls.some((call) => call.startsWith('recordCell'))) {
        resolve();
        await Context.current().cancelled;
      }
      return { timedOut: false, endedBySuite: [] };
    };
    const startPlain = async () => {
      await inProcess(['run', spec, '--workflow-id', id, '--detach'], env);
      await reached;
    };
    await withWorker(interrupted, startPlain, { TASK_QUEUE });
    const continued = new FakeActivities();
    const watch = () => inProcess(['watch', id, '--json'], { ...env, PAYLOAD_KEY_FILE: keyFile });
    const { stdout } = await withWorker(continued, watch, { TASK_QUEUE, PAYLOAD_KEY_FILE: keyFile });
    assert.deepEqual(
      JSON.parse(stdout).tests.map(({ verdict }: { verdict: string }) => verdict),
      ['fail', 'pass', 'pass'],
    );
    assert.ok(!continued.calls.some((call) => call.includes('recordCell ucx')), 'the failed test has its record');
  });

  it('continues after a rotation of the keys', async () => {
    const rotating = join(folder, 'rotating.key');
    const [id, TASK_QUEUE] = [`codec-${randomUUID()}`, `queue-${randomUUID()}`];
    const env = { TEMPORAL_ADDRESS: (await temporal()).address, TASK_QUEUE, PAYLOAD_KEY_FILE: rotating };
    const bench = (...args: string[]) => inProcess(args, env);
    await bench('codec', 'new-key', rotating, '--id', 'old');
    await bench('run', spec, '--workflow-id', id, '--detach');
    await bench('codec', 'new-key', '--add', rotating, '--id', 'new');
    const lines = (await readFile(rotating, 'utf8')).trimEnd().split('\n');
    await writeFile(rotating, [lines.at(-1), ...lines.slice(0, -1), ''].join('\n'));
    const settings = { TASK_QUEUE, PAYLOAD_KEY_FILE: rotating };
    await withWorker(new FakeActivities(), async () => assert.equal((await bench('watch', id)).exitCode, 0), settings);
    assert.deepEqual(await fieldsWith('old', id), ['encryption-key-id']);
    assert.deepEqual(await fieldsWith('new', id), ['encryption-key-id']);
  });
});

describe('dynamo-bench codec', () => {
  let folder: string;
  let keyFile: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codec-command-'));
    keyFile = join(folder, 'payload.key');
  });
  after(() => rm(folder, { recursive: true }));

  it('new-key writes or prints a key, adds one, and never replaces one', async () => {
    const created = await inProcess(['codec', 'new-key', keyFile, '--id', 'a']);
    assert.deepEqual([created.exitCode, created.stdout.startsWith(`Created key "a" in ${keyFile}`)], [0, true]);
    const added = await inProcess(['codec', 'new-key', '--add', keyFile, '--id', 'b', '--json']);
    assert.deepEqual(JSON.parse(added.stdout), { id: 'b', file: keyFile });
    const again = await inProcess(['codec', 'new-key', keyFile]);
    assert.equal(again.exitCode, 4);
    assert.match(again.stderr, /^error: Key file .* exists: add a key to it with `dynamo-bench codec new-key --add/);
    assert.deepEqual(
      (await readKeyFile(keyFile)).keys.map(({ id }) => id),
      ['a', 'b'],
    );
    const printed = await inProcess(['codec', 'new-key', '-', '--id', 'c']);
    assert.deepEqual(
      parseKeys(printed.stdout, '-').map(({ id, bytes }) => [id, bytes.length]),
      [['c', 32]],
    );
    const both = await inProcess(['codec', 'new-key', '-', '--add']);
    assert.deepEqual([both.exitCode, both.stdout], [2, '']);
  });

  it('serve refuses to start where it would decrypt for everyone, and names the remedy', async () => {
    const [short, open] = [join(folder, 'short.token'), join(folder, 'open.token')];
    await writeFile(short, 'short\n', { mode: 0o600 });
    await writeFile(open, 'a-long-and-random-token\n', { mode: 0o644 });
    for (const [args, code, message] of [
      [[], 2, /^error: Cannot serve without keys\n {2}→ Give --key-file/],
      [['--key-file', join(folder, 'none')], 4, /^error: Cannot read key file .*none: .*`dynamo-bench codec new-key /],
      [
        ['--address', '0.0.0.0:0'],
        2,
        /^error: Everyone who reaches 0\.0\.0\.0 .*\n {2}→ Give --token-file, or --insec/,
      ],
      [['--address', '[::]:0'], 2, /^error: Everyone who reaches :: /],
      [['--address', '8234'], 2, /^error: Invalid address "8234"\n/],
      [['--address', '127.0.0.1:99999'], 2, /^error: Invalid address /],
      [['--origin', '*'], 2, /^error: Invalid origin "\*"\n {2}→ .*--origin http:\/\/localhost:8233$/],
      [['--origin', 'https://ui.example/x'], 2, /→ .*--origin https:\/\/ui\.example$/],
      [['--token-file', short], 2, /^error: The token in .* has only 5 characters\n {2}→ .*openssl rand/],
      [['--token-file', open], 4, /access to token file .* \(mode 0644\): run `chmod o-rwx /],
    ] as const) {
      const keys = args.length === 0 || args[0] === '--key-file' ? [] : ['--key-file', keyFile];
      const { exitCode, stdout, stderr } = await inProcess(['codec', 'serve', ...keys, ...args]);
      assert.match(stderr, message);
      assert.deepEqual([exitCode, stdout], [code, ''], stderr);
    }
  });

  it('serve warns about the missing TLS in a network, and about a port in use', async () => {
    const token = join(folder, 'codec.token');
    await writeFile(token, 'a-long-and-random-token\n', { mode: 0o600 });
    const args = ['codec', 'serve', '--key-file', keyFile, '--json', '--token-file', token];
    const server = startDynamoBench([...args, '--address', '127.0.0.1:0']);
    try {
      const { url } = JSON.parse(await firstDocument(server.stdout));
      const taken = await inProcess([...args, '--address', new URL(url).host]);
      assert.equal(taken.exitCode, 2);
      assert.match(taken.stderr, /^error: Cannot listen at 127\.0\.0\.1:\d+\n {2}→ Give another --address/);
      assert.equal((await fetch(`${url}/decode`, { method: 'POST', body: '{}' })).status, 401);
      // An address that no interface has, so that nothing listens beyond this machine.
      const network = await inProcess([...args, '--address', '192.0.2.1:0']);
      assert.match(network.stderr, /^warning: The server at 192\.0\.2\.1 has no TLS: payloads and the token are /);
    } finally {
      server.kill('SIGTERM');
      assert.equal((await server).exitCode, 0);
    }
  });

  it('has keys that a worker reads before it connects, so that a wrong file is an error at once', async () => {
    const worker = fileURLToPath(new URL('../../worker/main.js', import.meta.url));
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', PAYLOAD_KEY_FILE: join(folder, 'none') };
    const { exitCode, stderr } = await isolated(process.execPath, [worker], { env, reject: false });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^worker: Cannot read key file .*none: check its path and owner, .*\(ENOENT: /);
  });
});

/** The first JSON document that a process prints. */
async function firstDocument(stdout: AsyncIterable<unknown> | null): Promise<string> {
  let text = '';
  for await (const chunk of stdout ?? []) {
    text += chunk;
    if (text.endsWith('}\n')) break;
  }
  return text;
}
