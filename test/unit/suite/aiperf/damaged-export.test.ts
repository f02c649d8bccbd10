import assert from 'node:assert/strict';
import { parseAiperf } from '../../../../suite/aiperf/aiperf.js';
import { cksum } from '../../../../suite/aiperf/cksum.js';
import { duplicateKey } from '../../../../suite/aiperf/duplicate-keys.js';
import { readLoadLog } from '../../../../suite/aiperf/load-log.js';
import { fixture } from '../../../support/fixtures.js';

const EXPORT = fixture('aiperf/ok.json');
const CSV = fixture('aiperf/ok.csv');

function failureOf(json: string, csv?: string): string | undefined {
  const parsed = parseAiperf(json, csv);
  return 'failure' in parsed ? `${parsed.failure.class}: ${parsed.failure.message}` : undefined;
}

function withFigure(metric: string, key: string, value: unknown): string {
  const document = JSON.parse(EXPORT) as Record<string, Record<string, unknown>>;
  return JSON.stringify({ ...document, [metric]: { ...document[metric], [key]: value } });
}

describe('a damaged export of AIPerf', () => {
  it('has no contradiction when it is whole', () => {
    assert.equal(failureOf(EXPORT, CSV), undefined);
  });

  for (const [metric, key, value, message] of [
    ['request_latency', 'p50', 999_999, /p75 is less than a lower percentile/],
    ['request_latency', 'avg', 1, /the average is not between min and max/],
    ['inter_token_latency', 'sum', 1, /the sum is not the average × count/],
    ['output_token_throughput', 'avg', 5640, /differ from the numbers of tokens and requests/],
  ] as const) {
    it(`contradicts itself: ${metric}.${key}`, () => {
      assert.match(failureOf(withFigure(metric, key, value)) ?? '', /^Incomplete: .* contradicts itself: /);
      assert.match(failureOf(withFigure(metric, key, value)) ?? '', message);
    });
  }

  it('contradicts the CSV export', () => {
    assert.match(
      failureOf(withFigure('benchmark_duration', 'avg', 33.02), CSV) ?? '',
      /benchmark_duration: avg differ/,
    );
    assert.match(failureOf(withFigure('request_latency', 'unit', 's'), CSV) ?? '', /request_latency: the unit differs/);
  });

  it('has a key twice', () => {
    const twice = EXPORT.replace('"avg":', '"avg": 1,\n    "avg":');
    assert.match(failureOf(twice) ?? '', /key avg is in one object twice/);
    assert.equal(duplicateKey('{"a": {"a": ["a", "a", {"a": "a"}]}, "b": "a"}'), undefined);
    assert.equal(duplicateKey('{"a": 1, "b": {"c": "{\\"", "c": 2}}'), 'c');
  });

  it('differs from the checksum that the script of the load pod printed', () => {
    assert.deepEqual(cksum('hello\nwörld'), { sum: 2136318542, bytes: 12 });
    const { sum, bytes } = cksum(CSV);
    const log = (content: string) =>
      `x\n@@dynamo-bench {"event":"file","name":"a.csv"}\n${content}\n@@dynamo-bench {"event":"end-file","cksum":${sum},"bytes":${bytes}}\n`;
    assert.deepEqual(readLoadLog(log(CSV)).damaged, []);
    assert.equal(readLoadLog(log(CSV)).files.get('a.csv'), CSV);
    assert.deepEqual(readLoadLog(log(CSV.replace('228.38', '228.39'))).damaged, ['a.csv']);
    assert.deepEqual(readLoadLog(log(CSV) + log(CSV)).damaged, ['a.csv']);
  });
});
