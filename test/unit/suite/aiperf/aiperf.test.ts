import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAiperf } from '../../../../suite/aiperf/aiperf.js';
import { FAILURES } from '../../../../suite/verdict/failure.js';
import { fixture } from '../../../support/fixtures.js';

const ok = fixture('aiperf/ok.json');

function changed(change: (document: Record<string, unknown>) => void): string {
  const document = JSON.parse(ok) as Record<string, unknown>;
  change(document);
  return JSON.stringify(document);
}

function failureOf(text: string): string {
  const parsed = parseAiperf(text);
  return 'failure' in parsed ? `${parsed.failure.class}: ${parsed.failure.message}` : 'none';
}

function withMetric(metric: string, value: unknown): string {
  return changed((document) => Object.assign(document, { [metric]: value }));
}

/** An export of a load of which all 50 requests failed, as AIPerf before 0.9 wrote it. */
function allFailed(errors: readonly unknown[]): string {
  return changed((document) => {
    for (const metric of ['request_count', 'request_latency', 'request_throughput']) delete document[metric];
    Object.assign(document, { error_request_count: { unit: 'requests', avg: 50 }, error_summary: errors });
  });
}

const REFUSED: ReadonlySet<string> = new Set(['Incomplete', 'UnsupportedLoadTool']);

describe('AIPerf', () => {
  it('reads a clean run in seconds', () => {
    const parsed = parseAiperf(ok);
    assert.ok('result' in parsed);
    const { result } = parsed;
    assert.deepEqual(result.requests, { succeeded: 50, failed: 0 });
    assert.equal(result.timeToFirstToken?.p50, 75.028458e-3);
    assert.equal(result.outputTokensPerSecond, 564.0044247751534);
    assert.equal(result.duration, 3.023943168);
    assert.equal(result.complete, true);
    assert.equal(result.prompts, 50);
    assert.equal(result.version, '0.13.0');
  });

  it('counts what failed, although AIPerf exits with 0', () => {
    const parsed = parseAiperf(fixture('aiperf/decode-killed.json'));
    assert.ok('result' in parsed);
    assert.deepEqual(parsed.result.requests, { succeeded: 12, failed: 48 });
    assert.equal(parsed.result.errors[0]?.count, 48);
    assert.match(parsed.result.errors[0]?.message ?? '', /not ready to serve requests/);
  });

  it('says so when the run was cancelled', () => {
    const parsed = parseAiperf(changed((document) => Object.assign(document, { was_cancelled: true })));
    assert.ok('result' in parsed && !parsed.result.complete);
  });

  it('is incomplete when cut off, or without an indispensable figure', () => {
    assert.match(
      failureOf(ok.slice(0, ok.length / 2)),
      /^Incomplete: AIPerf's export in the load pod is not valid JSON/,
    );
    for (const figure of ['request_count', 'benchmark_duration', 'request_latency', 'request_throughput']) {
      assert.equal(
        failureOf(changed((document) => delete document[figure])),
        `Incomplete: AIPerf's export in the load pod lacks figures: ${figure}: is not in the export`,
      );
    }
  });

  it('refuses a unit that it does not know of an indispensable figure, because the next attempt has the same', () => {
    assert.match(
      failureOf(withMetric('request_latency', { unit: 'fortnight', avg: 1 })),
      /^UnsupportedLoadTool: AIPerf 0\.13\.0 .*request_latency: unit "fortnight" is not a unit of time/,
    );
    assert.match(
      failureOf(withMetric('request_throughput', { unit: 'requests/min', avg: 1 })),
      /^UnsupportedLoadTool: .*request_throughput: is not in requests\/sec: its unit is "requests\/min"/,
    );
  });

  it('keeps the other figures when one is absent', () => {
    const parsed = parseAiperf(fixture('aiperf/no-output-tokens.json'));
    assert.ok('result' in parsed);
    const { result, missing } = parsed;
    assert.equal(result.timeToFirstToken?.p50, 44.45e-3);
    assert.equal(result.requestLatency.average.toFixed(5), '6.65552');
    assert.equal(result.requestsPerSecond, 0.1497);
    assert.equal('outputTokensPerSecond' in result, false);
    assert.equal('outputTokens' in result, false);
    assert.deepEqual(
      missing.map(({ metric }) => metric),
      ['output_token_throughput', 'output_token_throughput_per_user', 'output_sequence_length'],
    );
  });

  it('keeps the other figures when one has an unknown unit or no value', () => {
    for (const [metric, value, why] of [
      ['time_to_first_token', { unit: 'fortnight', avg: 1 }, /^unit "fortnight" is not a unit of time$/],
      ['output_token_throughput', { unit: 'tokens/min', avg: 1 }, /^is not in tokens\/sec: its unit is "tokens\/min"$/],
      ['inter_token_latency', { unit: 'ms', avg: null }, /^has no value: avg: /],
      ['output_sequence_length', 32, /^has no value: /],
    ] as const) {
      const parsed = parseAiperf(withMetric(metric, value));
      assert.ok('result' in parsed, metric);
      assert.deepEqual(
        parsed.missing.map((one) => one.metric),
        [metric],
      );
      assert.match(parsed.missing[0]?.why ?? '', why);
      assert.equal(parsed.result.requests.succeeded, 50);
    }
  });

  it('leaves out a percentile that is not finite, and keeps the metric', () => {
    const parsed = parseAiperf(withMetric('time_to_first_token', { unit: 'ms', avg: 75, p50: 74, p99: null }));
    assert.ok('result' in parsed);
    assert.deepEqual(parsed.result.timeToFirstToken, { average: 0.075, p50: 0.074 });
    assert.deepEqual(parsed.missing, []);
  });

  it('takes the tokens of a prompt from AIPerf when the server does not count them', () => {
    const parsed = parseAiperf(changed((document) => delete document.usage_prompt_tokens));
    assert.ok('result' in parsed);
    assert.equal(parsed.result.inputTokens, 128);
    assert.deepEqual(parsed.missing, []);
  });

  it('refuses the exports of older versions and of genai-perf, and names the program', () => {
    const flat = fixture('aiperf/version-0.2.json');
    const nested = JSON.stringify({ input_config: {}, records: JSON.parse(flat), was_cancelled: false });
    for (const [text, writer] of [
      [flat, 'AIPerf 0.3 or older'],
      [nested, 'AIPerf 0.3 or older'],
      [fixture('aiperf/genai-perf.json'), 'genai-perf'],
      ['{}', 'an unknown program'],
      ['[]', 'an unknown program'],
      ['null', 'an unknown program'],
    ] as const) {
      const failure = failureOf(text);
      assert.ok(
        failure.startsWith(`UnsupportedLoadTool: the export in the load pod was written by ${writer}`),
        failure,
      );
      assert.match(failure, /; the suite reads exports of AIPerf 0\.4 or newer \(schema 1\.x\)$/);
    }
    assert.equal(FAILURES.UnsupportedLoadTool.retry, 'never');
  });

  it('reads an unknown schema that has the figures, and refuses one that has them elsewhere', () => {
    for (const schema of ['1.5', '2.0', 3, undefined]) {
      const text = changed((document) => Object.assign(document, { schema_version: schema }));
      assert.equal(failureOf(text), 'none', String(schema));
    }
    const moved = changed((document) => {
      Object.assign(document, { schema_version: '2.0', aiperf_version: '1.0.0', latency: document.request_latency });
      delete document.request_latency;
    });
    assert.match(
      failureOf(moved),
      /^UnsupportedLoadTool: AIPerf 1\.0\.0 in the load pod wrote an export of schema 2\.0 that the suite cannot read: request_latency: /,
    );
  });

  it('classifies a load without a successful request by its errors', () => {
    const notReady = allFailed([
      { error_details: { code: 500, type: 'Internal Server Error', message: '' }, count: 2 },
      { error_details: { code: 503, type: 'Service Unavailable', message: 'Model `tiny` is not ready' }, count: 48 },
    ]);
    assert.equal(
      failureOf(notReady),
      'NoWorker: all 50 requests of the load pod failed: 48 × "503 Service Unavailable: Model `tiny` is not ready"',
    );
    const rare = { error_details: { code: 404, type: 'Not Found', message: 'Model not found' }, count: 1 };
    const most = { error_details: { code: 503, type: 'Service Unavailable', message: '' }, count: 49 };
    assert.match(failureOf(allFailed([rare, most])), /^NoWorker: .*: 49 × "503 Service Unavailable:"$/);
    const unknown = allFailed([{ error_details: { type: 'OddError', message: "OddError('x')" }, count: 50 }]);
    assert.equal(
      failureOf(unknown),
      `RequestsFailed: all 50 requests of the load pod failed: 50 × "OddError: OddError('x')"`,
    );
    assert.equal(failureOf(allFailed([])), 'RequestsFailed: all 50 requests of the load pod failed');
    const zero = withMetric('request_count', { unit: 'requests', avg: 0 });
    assert.equal(failureOf(zero), 'RequestsFailed: no request of the load pod succeeded');
  });

  it('gives a result or a failure for any JSON and any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.nat(ok.length).map((end) => ok.slice(0, end)),
        ),
        (text) => {
          const parsed = parseAiperf(text);
          assert.ok('failure' in parsed ? REFUSED.has(parsed.failure.class) : text === ok);
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });
});
