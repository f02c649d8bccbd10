import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { METRICS } from '../../worker/metrics/metric-table.js';
import { environment } from '../support/environment.js';
import { parseScrape, type Scrape, sumOf } from '../support/prometheus-text.js';
import { readExpressions, selectorsOf } from '../support/promql.js';
import { plan } from '../support/suite-run.js';
import { temporal } from '../support/temporal.js';
import { type ReceivedSpan, TraceCollector } from '../support/trace-collector.js';

const PROGRAM = fileURLToPath(new URL('../support/observed-worker.js', import.meta.url));

type Line = Readonly<Record<string, unknown>>;

/** A port that is free now. The exporter of the metrics cannot choose one itself. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('a worker that is observed', () => {
  const taskQueue = `queue-${randomUUID()}`;
  const workflowId = `nightly-${randomUUID()}`;
  let folder = '';
  let collector: TraceCollector;
  let worker: ChildProcess;
  const output: string[] = [];
  let readyz = '';
  let scrape: Scrape;
  let spans: readonly ReceivedSpan[];
  const lines = (): Line[] => output.map((line) => JSON.parse(line) as Line);

  /** Waits until the worker has printed a line, and returns its message. */
  async function printed(prefix: string): Promise<string> {
    for (;;) {
      const line = output.find((text) => text.includes(`"message":"${prefix}`));
      if (line) return String((JSON.parse(line) as Line).message);
      assert.equal(worker.exitCode, null, output.join('\n'));
      await setTimeout(50);
    }
  }

  /** Asks until the answer has this status, and returns its body. */
  async function answered(url: string, status: number): Promise<unknown> {
    for (;;) {
      const response = await fetch(url);
      const body: unknown = await response.json();
      if (response.status === status) return body;
      await setTimeout(200);
    }
  }

  async function ended(signal: NodeJS.Signals): Promise<void> {
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    const exit = once(worker, 'exit');
    worker.kill(signal);
    await exit;
  }

  before(async () => {
    const { address, client } = await temporal();
    folder = await mkdtemp(join(tmpdir(), 'observed-'));
    collector = await TraceCollector.start();
    const metricsPort = await freePort();
    const env = environment({
      TEMPORAL_ADDRESS: address,
      TASK_QUEUE: taskQueue,
      RESULTS_DIR: join(folder, 'runs'),
      LOG_FORMAT: 'json',
      HEALTH_ADDRESS: '127.0.0.1:0',
      METRICS_ADDRESS: `127.0.0.1:${metricsPort}`,
      METRICS_ADRESS: 'misspelled',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    });
    worker = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'inherit', 'pipe'] });
    if (!worker.stderr) throw new Error('the worker has no standard error');
    createInterface(worker.stderr).on('line', (line) => output.push(line));
    readyz = (await printed('probes on ')).replace('probes on ', '');
    await answered(readyz, 200);
    const unknown = await client.workflow.start('noSuchWorkflow', { workflowId: `${workflowId}-unknown`, taskQueue });
    await client.workflow.execute('benchmarkSuite', { workflowId, taskQueue, args: [plan] });
    await unknown.terminate();
    // The gauges of the checks are updated every ten seconds.
    do scrape = parseScrape(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());
    while (sumOf(scrape, 'dynamo_bench_ready') < 3 && (await setTimeout(200, true)));
  });

  after(async () => {
    await ended('SIGKILL');
    collector?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers the probes, and names each check', async () => {
    assert.deepEqual(await answered(readyz, 200), {
      ready: true,
      checks: { temporal: 'ok', store: 'ok', taskQueue: 'ok' },
    });
    assert.deepEqual(await answered(readyz.replace('readyz', 'healthz'), 200), { status: 'ok' });
  });

  it('exports every metric of its table with its type', () => {
    const expected = Object.entries(METRICS).map(([name, { type }]) => [name, type]);
    assert.deepEqual(
      expected.map(([name = '']) => [name, scrape.types.get(name)]),
      expected,
    );
  });

  it('exports every metric and label that the alerts and the dashboard use', () => {
    const labelsOf = new Map<string, Set<string>>();
    for (const { name, labels } of scrape.samples) {
      const known = labelsOf.get(name) ?? new Set();
      labelsOf.set(name, new Set([...known, ...Object.keys(labels)]));
    }
    const wrong = readExpressions().flatMap(({ place, expression }) =>
      selectorsOf(expression)
        .filter(({ name, labels }) => !labels.every((label) => labelsOf.get(name)?.has(label)) || !labelsOf.has(name))
        .map((selector) => ({ place, ...selector })),
    );
    assert.deepEqual(wrong, []);
  });

  it('counts cells, attempts, failures and runs', () => {
    const counts = {
      passed: sumOf(scrape, 'dynamo_bench_cells_total', { kind: 'transport', verdict: 'pass' }),
      attempts: sumOf(scrape, 'dynamo_bench_attempts_total', { kind: 'transport' }),
      lostPeer: sumOf(scrape, 'dynamo_bench_attempts_total', { failure: 'PeerLost' }),
      store: sumOf(scrape, 'dynamo_bench_step_failures_total', { failure: 'StoreUnavailable' }),
      runs: sumOf(scrape, 'dynamo_bench_runs_total', { suite: 'plan', outcome: 'pass' }),
      waits:
        sumOf(scrape, 'dynamo_bench_node_wait_seconds_count') -
        sumOf(scrape, 'dynamo_bench_node_wait_seconds_bucket', { le: '0' }),
      recorded: sumOf(scrape, 'dynamo_bench_step_seconds_count', { step: 'recordCell', result: 'ok' }),
      failed: sumOf(scrape, 'dynamo_bench_step_seconds_count', { step: 'recordCell', result: 'failed' }),
    };
    assert.deepEqual(counts, {
      passed: 3,
      attempts: 4,
      lostPeer: 1,
      store: 1,
      runs: 1,
      waits: 1,
      recorded: 3,
      failed: 1,
    });
  });

  it('prints nothing but lines of JSON, with the run and the test', async () => {
    assert.deepEqual(
      lines().filter(({ time, level, message }) => !(time && level && message)),
      [],
    );
    const levels = new Set(lines().map(({ level }) => level));
    assert.ok(levels.has('INFO') && levels.has('WARN'), [...levels].join());
    const failed = lines().find(({ activityType, level }) => activityType === 'recordCell' && level === 'WARN');
    const { suiteRun, test, cell, attempt, workflowId: workflow, runId } = failed ?? {};
    assert.deepEqual(
      { suiteRun, test, cell, attempt, workflow },
      { suiteRun: workflowId, test: 'ucx', cell: 'repetition 1', attempt: 1, workflow: `${workflowId}/ucx` },
    );
    assert.match(String(runId), /^[0-9a-f-]{36}$/);
    await printed('environment variable METRICS_ADRESS has no effect; did you mean METRICS_ADDRESS?');
  });

  it('is not ready while its store cannot be written, and names the reason', async () => {
    await rm(join(folder, 'runs'), { recursive: true });
    await writeFile(join(folder, 'runs'), '');
    const { ready, checks } = (await answered(readyz, 503)) as { ready: boolean; checks: Record<string, string> };
    assert.deepEqual([ready, checks.temporal, checks.taskQueue], [false, 'ok', 'ok']);
    assert.match(checks.store ?? '', /the result store .* cannot be written/);
  });

  it('sends the spans of a suite as one tree', async () => {
    await ended('SIGTERM');
    spans = collector.spans.filter(({ attributes }) => String(attributes.workflowId).startsWith(workflowId));
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const pathOf = (span: ReceivedSpan): string => {
      const parent = byId.get(span.parentSpanId ?? '');
      return parent ? `${pathOf(parent)} > ${span.name}` : span.name;
    };
    const paths = new Set(spans.map(pathOf));
    for (const path of [
      'benchmarkSuite > writeReport',
      'benchmarkSuite > transportTest > cell > attempt > watchRanks',
    ]) {
      assert.ok(paths.has(path), `${path} is not in ${[...paths].join('\n')}`);
    }
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
    const cells = spans.filter(({ name }) => name === 'cell');
    assert.deepEqual(
      cells.map(({ attributes }) => `${attributes.suiteRun} ${attributes.test} ${attributes.repetition}`).sort(),
      ['lf', 'nixl-ucx', 'ucx'].map((test) => `${workflowId} ${test} 1`),
    );
    assert.equal(spans.filter(({ name }) => name === 'attempt').length, 4);
    const tests = spans.filter(({ name }) => name === 'transportTest').map(({ attributes }) => attributes.test);
    assert.deepEqual(tests.sort(), ['lf', 'nixl-ucx', 'ucx']);
    const records = spans.filter(({ name }) => name === 'recordCell');
    assert.deepEqual(records.map(({ status }) => status.code ?? 0).sort(), [0, 0, 0, 2]);
  });
});
