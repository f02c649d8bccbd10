import assert from 'node:assert/strict';
import { resultsJson } from '../../../../reports/formats/json.js';
import { reportHtml } from '../../../../reports/html/html.js';
import { dynamoSection } from '../../../../reports/markdown/dynamo-report.js';
import { predictKvSeconds } from '../../../../suite/kv/kv-model.js';
import { type EngineKvModel, engineKvModels } from '../../../../suite/kv/kv-model-of-run.js';
import { leftOutLengths } from '../../../../suite/kv/left-out-lengths.js';
import type { InferenceCell, InferenceTestRecord } from '../../../../suite/record/inference-record.js';
import { RECORD_VERSION, type SuiteRecord } from '../../../../suite/record/record.js';
import { LOAD } from '../../../support/fake-dynamo.js';
import { kvTotals } from '../../../support/kv-totals.js';
import { normal } from '../../../support/random.js';
import { suiteRecord } from '../../../support/records.js';

const TRUTH = { start: 2e-3, post: 1.5e-6, rate: 12e9 };
const KV = { bytesPerToken: 131_072, bytesPerTokenAndRank: 131_072, layers: 32, explanation: 'Llama 8B' };
const TOKENS_PER_BLOCK = 32;
const LENGTHS = [512, 2048, 8192];
/** TTFT of the control; what a load adds to TTFT beside the transfer. */
const [CONTROL, REST] = [0.1, 0.02];

function transfer(tokens: number) {
  const [descriptors, bytes] = [(tokens / TOKENS_PER_BLOCK) * KV.layers, tokens * KV.bytesPerToken];
  const postSeconds = descriptors * TRUTH.post;
  return { descriptors, bytes, postSeconds, seconds: TRUTH.start + postSeconds + bytes / TRUTH.rate };
}

interface Options {
  readonly lengths?: readonly number[];
  readonly concurrency?: readonly number[];
  /** False for an engine that does not count its posting time. */
  readonly posts?: boolean;
  readonly control?: boolean;
  /** False for an engine without a record. */
  readonly recorded?: boolean;
  /** Output tokens of a test. */
  readonly outputTokens?: (inputTokens: number) => number;
}

/** A run whose transfers follow `TRUTH` with 1 % noise, and take `concurrency` times as long when they share the link. */
function simulated(options: Options = {}): SuiteRecord {
  const {
    lengths = LENGTHS,
    concurrency = [1, 4],
    posts = true,
    control = true,
    recorded = true,
    outputTokens = () => 8,
  } = options;
  const noise = normal(3);
  const scattered = (seconds: number) => seconds * (1 + 0.01 * noise());
  const cell = (test: string, tokens: number, point: [number, number], crosses: boolean): InferenceCell => {
    const [streams, repetition] = point;
    const { descriptors, bytes, postSeconds, seconds } = transfer(tokens);
    const p50 = CONTROL + (crosses ? seconds + REST : 0);
    return {
      version: RECORD_VERSION,
      kind: 'inference',
      nodes: ['n1', 'n2'],
      key: `${test}-${streams}-${repetition}`,
      test,
      concurrency: streams,
      repetition,
      attempts: 1,
      verdict: 'pass',
      reasons: [],
      load: { ...LOAD, inputTokens: tokens, timeToFirstToken: { average: p50, p50 } },
      pods: [],
      kv: KV,
      gpus: 2,
      command: [],
      evidence: [],
      startedAt: '2026-01-01T00:00:00Z',
      recordedAt: '2026-01-01T00:00:00Z',
      measuredBy: { workflowId: 'w', runId: 'r' },
      ...(crosses &&
        recorded && {
          kvTransfer: kvTotals(
            10,
            {
              bytes,
              seconds: scattered(seconds * streams),
              descriptors,
              ...(posts && { postSeconds: scattered(postSeconds) }),
            },
            TOKENS_PER_BLOCK * KV.bytesPerToken,
          ),
        }),
    };
  };
  const points = concurrency.flatMap((streams) => [1, 2].map((repetition): [number, number] => [streams, repetition]));
  const test = (name: string, inputTokens: number, crosses: boolean): InferenceTestRecord => ({
    name,
    topology: crosses ? 'disaggregated' : 'aggregated',
    ...(crosses && control && { control: `agg-${inputTokens}` }),
    required: true,
    verdict: 'pass',
    inputTokens,
    outputTokens: outputTokens(inputTokens),
    cells: points.map((point) => cell(name, inputTokens, point, crosses)),
  });
  return {
    ...suiteRecord('w', []),
    dynamo: {
      kind: 'manifests',
      engine: 'vllm',
      model: 'm',
      image: 'i',
      transferBackend: 'LIBFABRIC',
      tokensPerBlock: TOKENS_PER_BLOCK,
      verdict: 'pass',
      tests: lengths.flatMap((tokens) => [test(`agg-${tokens}`, tokens, false), test(`kv-${tokens}`, tokens, true)]),
    },
  };
}

function single(record: SuiteRecord): EngineKvModel {
  const [model, ...more] = engineKvModels(record);
  assert.ok(model);
  assert.deepEqual(more, []);
  return model;
}

const error = (value: number | undefined, truth: number) => Math.abs((value ?? Number.NaN) / truth - 1);
const page = (record: SuiteRecord) => reportHtml({ record, complete: true, history: [] });
const markdown = (record: SuiteRecord) => dynamoSection(record).join('\n');
const TITLE = 'Model of the KV transfer: T = start + descriptors × post + bytes ÷ rate';

describe('the model of the KV transfers of a run', () => {
  it('recovers start, post and rate from three prompt lengths, and predicts another one within 10 %', () => {
    const { tests, times, model } = single(simulated());
    assert.deepEqual(
      tests,
      LENGTHS.map((tokens) => `kv-${tokens}`),
    );
    assert.deepEqual(
      times.map(({ tokens }) => tokens),
      LENGTHS,
    );
    assert.ok(model.status === 'fitted', JSON.stringify(model));
    assert.equal(model.form, 'measured-post');
    assert.ok(error(model.start.value, TRUTH.start) < 0.1, String(model.start.value));
    assert.ok(error(model.post?.value, TRUTH.post) < 0.05, String(model.post?.value));
    assert.ok(error(1 / model.perByte.value, TRUTH.rate) < 0.05, String(1 / model.perByte.value));
    const unseen = transfer(4096);
    const prediction = predictKvSeconds(model, unseen);
    assert.ok(prediction.status === 'predicted' && error(prediction.seconds, unseen.seconds) < 0.1);
  });

  it('has one cost of bytes and descriptors when the engine does not count its posting time', () => {
    const { model } = single(simulated({ posts: false }));
    assert.equal(model.status === 'fitted' && model.form, 'cost-per-byte');
  });

  it('has the share of TTFT of load points of every concurrency, and what is left beside the control', () => {
    const { shares } = single(simulated());
    assert.equal(shares.length, LENGTHS.length * 4);
    for (const { test, share, timeToFirstToken, modelled, left } of shares) {
      const { seconds } = transfer(Number(test.replace('kv-', '')));
      assert.ok(error(modelled, seconds) < 0.05, test);
      assert.equal(share, modelled / timeToFirstToken);
      assert.ok(Math.abs((left ?? Number.NaN) - REST) < 0.05 * seconds, test);
    }
    assert.ok(single(simulated({ control: false })).shares.every(({ left }) => left === undefined));
  });

  it('is in the reports with the residual of each prompt length', () => {
    const record = simulated();
    const text = markdown(record);
    assert.ok(text.includes(`### ${TITLE}`));
    const costs = /^\| kv-512, kv-2048, kv-8192 \| (.* ms \(.*\) \| .*, from the engine’s post times) \|/m.exec(text);
    assert.ok(costs, text);
    assert.match(text, /\| [+−]\d\.\d % at (?:512|2048|8192) tokens \|/);
    assert.match(text, /^\| kv-512, kv-2048, kv-8192 \| 8192 \| 8192 \| 1 GiB \| .* \| [+−]?\d\.\d % \|$/m);
    assert.match(text, /^\| kv-8192 #2 \| 4 \| [\d.]+ ms \| [\d.]+ ms \| \d+\.\d % \| [\d.]+ ms \|$/m);
    const made = page(record);
    assert.ok(made.includes(`<h3 id="kv-model-title">${TITLE}</h3>`));
    for (const cell of costs[1]?.split(' | ') ?? []) assert.ok(made.includes(`>${cell}</td>`), cell);
    assert.match(made, /<th scope="row">kv-8192 #2<\/th>/);
  });

  it('is in the reports with each prompt length predicted from the others, and the share of TTFT', () => {
    const time = String.raw`[\d.]+ ms`;
    for (const [lengths, interval] of [
      [LENGTHS, 'no interval'],
      [[512, 1024, 2048, 4096, 8192], `${time} to ${time}`],
    ] as const) {
      const record = simulated({ lengths });
      const [text, made] = [markdown(record), page(record)];
      const line = (tokens: number, range: string) =>
        new RegExp(
          String.raw`^\| kv-512, .* \| ${tokens} \| ${time} \| (${time} \(${interval}\)) \| [+−]\d\.\d % \| ${range} \| \d+\.\d % \| \d+\.\d % \|$`,
          'm',
        ).exec(text);
      for (const found of [line(512, 'extrapolation'), line(2048, 'between the others'), line(8192, 'extrapolation')]) {
        assert.ok(found?.[1], text);
        assert.ok(made.includes(`>${found[1]}</td>`), found[1]);
      }
    }
  });

  it('is in results.json with each prompt length predicted from the others', () => {
    const predictionsOf = (record: SuiteRecord) =>
      JSON.parse([...resultsJson({ record, complete: true, history: [] })].join('')).kvPredictions;
    const record = simulated({ lengths: [512, 1024, 2048, 4096, 8192] });
    const { tests, ...engine } = single(record);
    const [found, ...more] = predictionsOf(record);
    assert.equal(more.length, 4);
    const [first] = leftOutLengths(engine);
    assert.ok(first?.prediction.status === 'predicted' && first.timeToFirstToken);
    assert.deepEqual(found, {
      tests,
      inputTokens: 512,
      descriptors: first.descriptors,
      bytes: first.bytes,
      transfer: first.seconds,
      timeToFirstToken: first.timeToFirstToken,
      measuredShare: first.seconds / first.timeToFirstToken,
      predictedTransfer: first.prediction.seconds,
      interval: { ...first.prediction.interval },
      extrapolated: true,
      error: first.prediction.seconds / first.seconds - 1,
      predictedShare: first.prediction.seconds / first.timeToFirstToken,
    });
    assert.equal(first.timeToFirstToken, CONTROL + transfer(512).seconds + REST);
    assert.deepEqual(predictionsOf(simulated({ recorded: false })), []);
  });

  it('has the reason in the reports when the others do not predict a prompt length', () => {
    const record = simulated({ lengths: [4000, 4064, 4096, 65_536] });
    const text = markdown(record);
    assert.match(text, /^No prediction of 65536 tokens from the other lengths of kv-4000, .*: .*wider range\.$/m);
    assert.match(text, /^\| kv-4000, .* \| 65536 \| [\d.]+ ms \| – \| – \| – \| \d+\.\d % \| – \|$/m);
    assert.match(page(record), /No prediction of 65536 tokens/);
    const { kvPredictions } = JSON.parse([...resultsJson({ record, complete: true, history: [] })].join(''));
    assert.match(kvPredictions[3].reason, /wider range/);
    assert.equal(kvPredictions[3].predictedTransfer, undefined);
  });

  it('is not fitted to fewer than three prompt lengths at concurrency 1, and the reports say so', () => {
    for (const [options, count] of [
      [{ lengths: [2048] }, 1],
      [{ concurrency: [4] }, 0],
    ] as const) {
      const record = simulated(options);
      for (const { model, shares } of engineKvModels(record)) {
        assert.equal(model.status === 'not fitted' && model.code, 'too-few-points');
        assert.deepEqual(shares, []);
      }
      const sentence = new RegExp(`No model of kv-.*: a model needs 3 prompt lengths .* these tests have ${count};`);
      for (const text of [markdown(record), page(record)]) {
        assert.ok(text.includes(TITLE));
        assert.match(text, sentence);
      }
    }
  });

  it('does not join tests that differ in more than the prompt length', () => {
    const models = engineKvModels(simulated({ outputTokens: (tokens) => (tokens > 1000 ? 8 : 16) }));
    assert.deepEqual(
      models.map(({ tests }) => tests),
      [['kv-512'], ['kv-2048', 'kv-8192']],
    );
  });

  it('is absent from a run without a record of the engine', () => {
    const record = simulated({ recorded: false });
    assert.deepEqual(engineKvModels(record), []);
    assert.ok(!markdown(record).includes('Model of the KV transfer'));
    assert.ok(!page(record).includes('kv-model'));
  });
});
