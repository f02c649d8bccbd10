import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAiperf } from '../../../../suite/aiperf/aiperf.js';
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

  it('is incomplete when cut off, without a figure, or without a request that succeeded', () => {
    assert.match(failureOf(ok.slice(0, ok.length / 2)), /^Incomplete: AIPerf's export is not valid JSON/);
    assert.match(failureOf(changed((document) => delete document.request_latency)), /^Incomplete: .*request_latency/);
    assert.match(failureOf(changed((document) => delete document.request_count)), /^Incomplete: no request succeeded/);
  });

  it('refuses a unit that it does not know', () => {
    const fortnights = changed((document) =>
      Object.assign(document, { request_latency: { unit: 'fortnight', avg: 1 } }),
    );
    assert.match(failureOf(fortnights), /request_latency: unit "fortnight" is not a unit of time/);
    const perMinute = changed((document) =>
      Object.assign(document, { request_throughput: { unit: 'requests/min', avg: 1 } }),
    );
    assert.match(failureOf(perMinute), /request_throughput: is not in requests\/sec/);
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
          assert.ok('failure' in parsed ? parsed.failure.class === 'Incomplete' : text === ok);
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });
});
