import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ResultStore } from '../../results/store.js';
import { isolated } from '../support/environment.js';
import { FakeActivities } from '../support/fake-activities.js';
import { inProcess } from '../support/in-process.js';
import { measuredCell, suiteRecord } from '../support/records.js';
import { saveRun } from '../support/stored.js';
import { plan, withWorker } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';
import { type Refusal, TemporalProxy } from '../support/temporal-proxy.js';

const WORKER = fileURLToPath(new URL('../../worker/main.js', import.meta.url));
const CODE = { denied: 7, unimplemented: 12, unauthenticated: 16 } as const;
const ATTRIBUTES = ['SuiteName', 'SuiteVerdict', 'SuiteTest'];

interface Finding {
  readonly subject: string;
  readonly ok: boolean;
  readonly message: string;
  readonly hint?: string;
}

describe('trouble with Temporal', () => {
  let folder: string;
  let spec: string;
  const proxies: TemporalProxy[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trouble-'));
    spec = join(folder, 'spec.json');
    await writeFile(spec, JSON.stringify({ ...plan, name: 'trouble' }));
  });
  afterEach(() => Promise.all(proxies.splice(0).map((proxy) => proxy.stop())));
  after(() => rm(folder, { recursive: true }));

  async function proxy(options: NonNullable<Parameters<typeof TemporalProxy.start>[1]>): Promise<TemporalProxy> {
    const started = await TemporalProxy.start((await temporal()).address, options);
    proxies.push(started);
    return started;
  }
  async function denying(code: number): Promise<string> {
    const refuse: Refusal = (path) =>
      path.includes('OperatorService') ? { code, message: 'Request unauthorized.' } : undefined;
    return (await proxy({ refuse })).address;
  }
  async function doctor(env: Record<string, string>, subject: string): Promise<Finding | undefined> {
    const { stdout } = await inProcess(['doctor', '--json', '--results', join(folder, 'none')], env);
    return (JSON.parse(stdout) as Finding[]).find((finding) => finding.subject === subject);
  }
  /** What a worker prints until it polls, or until it ends. */
  async function startWorker(env: Record<string, string>): Promise<string> {
    const worker = isolated(process.execPath, [WORKER], {
      env: { RESULTS_DIR: join(folder, 'worker'), TASK_QUEUE: `queue-${randomUUID()}`, ...env },
      reject: false,
    });
    let seen = '';
    worker.stderr.on('data', (text) => {
      seen += text;
      if (seen.includes('worker: task queue')) worker.kill('SIGTERM');
    });
    await worker;
    return seen;
  }
  /** Another namespace of the server, in which nothing is registered. */
  async function namespace(): Promise<string> {
    const name = `ns-${randomUUID()}`;
    const { connection } = await temporal();
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    const known = () => connection.workflowService.countWorkflowExecutions({ namespace: name, query: '' });
    while (!(await known().catch(() => undefined)));
    return name;
  }

  for (const code of [CODE.denied, CODE.unimplemented]) {
    it(`is none while the search attributes are registered and the operator service is refused with ${code}`, async () => {
      const env = { TEMPORAL_ADDRESS: await denying(code) };
      assert.deepEqual(await doctor(env, 'search attributes'), {
        subject: 'search attributes',
        ok: true,
        message: 'registered',
        hint: (await doctor(env, 'search attributes'))?.hint,
      });
      assert.match(await startWorker(env), /worker: task queue/);
    });
  }

  it('names the command that registers missing search attributes when the operator service is denied', async () => {
    const name = await namespace();
    const env = { TEMPORAL_ADDRESS: await denying(CODE.denied), TEMPORAL_NAMESPACE: name };
    const flags = ATTRIBUTES.map((attribute) => `--name ${attribute} --type Keyword`).join(' ');
    const command = `temporal operator search-attribute create --namespace ${name} ${flags}`;
    const found = await doctor(env, 'search attributes');
    assert.deepEqual([found?.ok, found?.message], [false, `missing: ${ATTRIBUTES.join(', ')}`]);
    assert.ok(found?.hint?.endsWith(command));
    const lines = (await startWorker(env)).trim().split('\n');
    assert.match(lines[0] ?? '', /^worker: Search attributes SuiteName, .* cannot register them$/);
    assert.deepEqual(lines.slice(1), [`  → Register them as an operator: ${command}`]);
  });

  it('names the variable or the profile of credentials that the server refuses', async () => {
    const unauthenticated = await proxy({ refuse: () => ({ code: CODE.unauthenticated, message: 'invalid token' }) });
    const denied = await proxy({
      refuse: (path) =>
        path.endsWith('/GetSystemInfo') ? undefined : { code: CODE.denied, message: 'Request unauthorized.' },
    });
    const config = join(folder, 'temporal.toml');
    await writeFile(config, '[profile.prod]\napi_key = "x"\n[profile.prod.tls]\ndisabled = true\n');
    const profile = { TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'prod' };
    const key = { TEMPORAL_API_KEY: 'x', TEMPORAL_TLS: 'false' };
    for (const [{ address }, env, message, hint] of [
      [
        unauthenticated,
        {},
        /refused the credentials: .*invalid token/,
        /^Set TEMPORAL_API_KEY, or api_key of profile "default" in /,
      ],
      [unauthenticated, key, /refused the credentials/, /^Check that the API key in TEMPORAL_API_KEY is valid$/],
      [
        unauthenticated,
        profile,
        /refused/,
        new RegExp(`^Check that the API key in api_key of profile "prod" in ${config} is valid$`),
      ],
      [
        denied,
        key,
        /denied a request in namespace "default": .*unauthorized/,
        /TEMPORAL_API_KEY may use namespace "default"; or correct TEMPORAL_NAMESPACE/,
      ],
    ] as const) {
      const all = { TEMPORAL_ADDRESS: address, ...env };
      const found = await doctor(all, 'Temporal');
      assert.equal(found?.ok, false);
      assert.match(found.message, message);
      assert.match(found.hint ?? '', hint);
      const watched = await inProcess(['watch', 'x'], all);
      assert.equal(watched.exitCode, 4);
      assert.deepEqual(watched.stderr, `error: ${found.message}\n  → ${found.hint}`, 'watch says the same');
      assert.equal((await startWorker(all)).trim(), `worker: ${found.message}\n  → ${found.hint}`, 'so does a worker');
    }
  });

  it('names the setting of TLS that does not fit the server', async () => {
    const [key, cert, otherKey, other] = ['key', 'cert', 'other-key', 'other'].map((name) =>
      join(folder, `${name}.pem`),
    );
    assert.ok(key && cert && otherKey && other);
    const self = (keyout: string, out: string) =>
      execa('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-keyout', keyout, '-out', out, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
      ]);
    await Promise.all([self(key, cert), self(otherKey, other)]);
    const tls = { key: await readFile(key), cert: await readFile(cert) };
    const secure = await proxy({ tls });
    const mutual = await proxy({ tls: { ...tls, ca: tls.cert, requestCert: true, rejectUnauthorized: true } });
    const plain = await proxy({});
    const local = ({ port }: TemporalProxy) => `localhost:${port}`;
    const ca = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: cert };
    const client = { TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key };
    const wrong = { TEMPORAL_TLS_CLIENT_CERT_PATH: other, TEMPORAL_TLS_CLIENT_KEY_PATH: otherKey };
    for (const [server, env, message, hint] of [
      [secure, {}, /accepts only TLS/, /^Set TEMPORAL_TLS, or tls of profile/],
      [plain, { TEMPORAL_TLS: 'true' }, /does not use TLS/, /^Set TEMPORAL_TLS=false/],
      [plain, { TEMPORAL_API_KEY: 'x' }, /does not use TLS/, /TEMPORAL_API_KEY$/],
      [secure, { TEMPORAL_TLS: 'true' }, /unknown authority/, /^Set TEMPORAL_TLS_SERVER_CA_CERT_PATH, or /],
      [
        secure,
        { TEMPORAL_TLS_SERVER_CA_CERT_PATH: other },
        /unknown authority/,
        /^Correct TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
      ],
      [secure, { ...ca, TEMPORAL_TLS_SERVER_NAME: 'other' }, /another name/, /^Correct TEMPORAL_TLS_SERVER_NAME/],
      [
        mutual,
        ca,
        /without a client certificate/,
        /^Set TEMPORAL_TLS_CLIENT_CERT_PATH, .* and TEMPORAL_TLS_CLIENT_KEY_PATH/,
      ],
      [
        mutual,
        { ...ca, TEMPORAL_TLS_CLIENT_CERT_PATH: cert },
        /without a client certificate/,
        /^Set TEMPORAL_TLS_CLIENT_KEY_PATH/,
      ],
      [mutual, { ...ca, ...wrong }, /refused the client certificate/, /^Correct TEMPORAL_TLS_CLIENT_CERT_PATH and /],
      [
        secure,
        { ...ca, ...client, TEMPORAL_TLS_CLIENT_CERT_PATH: spec },
        /PEM/,
        /^Correct TEMPORAL_TLS_CLIENT_CERT_PATH: .*PEM/,
      ],
      [
        secure,
        { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/none.pem' },
        /settings of Temporal: ENOENT.*none\.pem/,
        /TEMPORAL_TLS_\*/,
      ],
      [secure, { TEMPORAL_PROFILE: 'prdo' }, /'prdo' not found/, /TEMPORAL_PROFILE/],
      [secure, { TEMPORAL_ADDRESS: 'https://t:7233' }, /Invalid address/, /^Correct TEMPORAL_ADDRESS: .*HOST:PORT/],
    ] as const) {
      const { exitCode, stderr } = await inProcess(['status', 'x'], { TEMPORAL_ADDRESS: local(server), ...env });
      assert.equal(exitCode, 4, stderr);
      const [error = '', remedy = '', ...more] = stderr.split('\n');
      assert.match(error, message);
      assert.match(remedy.replace('  → ', ''), hint);
      assert.deepEqual(more, []);
    }
    const good = await inProcess(['status', 'x'], { TEMPORAL_ADDRESS: local(mutual), ...ca, ...client });
    assert.match(good.stderr, /"x" does not exist in Temporal/, 'the right settings work');
  });

  it('says why no server answers: the port, the host name, or another program', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(typeof address === 'object' && address);
    try {
      for (const [at, why] of [
        ['127.0.0.1:1', 'no program listens there'],
        [`127.0.0.1:${address.port}`, 'a program answers there that is not a Temporal server'],
      ]) {
        const { exitCode, stderr } = await inProcess(['status', 'x'], { TEMPORAL_ADDRESS: at ?? '' });
        assert.equal(exitCode, 4);
        assert.match(stderr, new RegExp(`^error: .*${at}: ${why}\n {2}→ Start the server .*TEMPORAL_ADDRESS$`));
      }
    } finally {
      other.close();
    }
  });

  it('names a namespace that does not exist, the similar one, and the command that creates it', async () => {
    const { address } = await temporal();
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'defualt' };
    const message = `Temporal at ${address} has no namespace "defualt"; did you mean "default"?`;
    const hint = 'Create it: temporal operator namespace create --namespace defualt; or correct TEMPORAL_NAMESPACE';
    assert.deepEqual(await doctor(env, 'Temporal'), { subject: 'Temporal', ok: false, message, hint });
    for (const args of [
      ['run', spec, '--detach'],
      ['watch', 'x'],
      ['status', 'x'],
      ['cancel', 'x'],
      ['schedule', 'set', spec],
      ['schedule', 'show', 'x'],
    ]) {
      const { exitCode, stderr } = await inProcess(args, env);
      assert.deepEqual([exitCode, stderr], [2, `error: ${message}\n  → ${hint}`], args.join(' '));
    }
    assert.equal((await startWorker(env)).trim(), `worker: ${message}\n  → ${hint}`);
  });

  it('warns of a task queue without a worker wherever a queue is given or used', async () => {
    const { address, client } = await temporal();
    await withWorker(new FakeActivities(), async (taskQueue) => {
      const workflowId = `done-${randomUUID()}`;
      await client.workflow.execute('benchmarkSuite', { workflowId, taskQueue, args: [plan] });
      const wrong = `${taskQueue}x`;
      const env = { TEMPORAL_ADDRESS: address };
      const message = `No worker polls task queue "${wrong}"; did you mean "${taskQueue}"?`;
      const id = `queue-${randomUUID()}`;
      const schedule = ['--id', id, '--task-queue', wrong];
      for (const args of [
        ['run', spec, '--workflow-id', id, '--detach', '--task-queue', wrong],
        ['schedule', 'set', spec, ...schedule],
        ['schedule', 'show', id],
      ]) {
        const { exitCode, stderr } = await inProcess(args, env);
        assert.equal(exitCode, 0, stderr);
        assert.ok(stderr.startsWith(`warning: ${message}`), stderr);
        assert.match(stderr, new RegExp(`\n {2}→ Start a worker: TASK_QUEUE=${wrong} .*--task-queue ${taskQueue}$`));
      }
      const status = await inProcess(['status', id, '--json'], env);
      assert.equal(JSON.parse(status.stdout).silence, message);
      const shown = await inProcess(['status', id], env);
      assert.ok(shown.stdout.includes(`\n${message}\n  → Start a worker: `), shown.stdout);
      const found = await doctor({ ...env, TASK_QUEUE: wrong }, 'worker');
      assert.deepEqual([found?.ok, found?.message], [false, message]);
      await inProcess(['schedule', 'delete', id], env);
      await client.workflow.getHandle(id).terminate();
    });
  });

  it('points to the report of a run that only the result store still has', async () => {
    const { address } = await temporal();
    const results = join(folder, 'store');
    const store = new ResultStore(results);
    await store.open();
    await saveRun(store, suiteRecord('kept', [measuredCell({ workflowId: 'kept' })]));
    await store.close();
    const env = { TEMPORAL_ADDRESS: address, RESULTS_DIR: results };
    for (const command of ['watch', 'status', 'cancel', 'reset']) {
      const { exitCode, stderr } = await inProcess([command, 'kept'], env);
      assert.equal(exitCode, 2);
      assert.match(
        stderr,
        /^error: Temporal no longer has suite run "kept", .*: pass, ended .*\n {2}→ .*dynamo-bench report kept$/,
      );
      const unknown = await inProcess([command, 'never'], env);
      assert.doesNotMatch(unknown.stderr, /report/);
      const elsewhere = await inProcess([command, 'never'], { ...env, RESULTS_DIR: join(folder, 'none') });
      assert.match(
        elsewhere.stderr,
        /\n {2}→ list suite runs.*; if Temporal has deleted it .*report never --results FOLDER$/,
      );
    }
  });
});
