import assert from 'node:assert/strict';
import { dynamoSection } from '../../../../reports/markdown/dynamo-report.js';
import { engineTransfer } from '../../../../suite/kv/engine-transfer.js';
import { networkShares } from '../../../../suite/kv/kv-comparison.js';
import { measuredCurve } from '../../../../suite/kv/transfer-curve.js';
import { transferPoints } from '../../../../suite/kv/transfer-points.js';
import type { DynamoRecord, InferenceCell } from '../../../../suite/record/inference-record.js';
import { RECORD_VERSION, type SuiteRecord } from '../../../../suite/record/record.js';
import { cellRecord } from '../../../support/cells.js';
import { LOAD } from '../../../support/fake-dynamo.js';
import { kvTotals } from '../../../support/kv-totals.js';

const KV = { bytesPerToken: 131_072, bytesPerTokenAndRank: 131_072, explanation: 'Llama 8B' };
const TOKENS = 1000;
/** Of 32 blocks of 32 tokens. */
const BYTES = 1024 * KV.bytesPerToken;

function loadCell(test: string, ttft: number, more: Partial<InferenceCell> = {}): InferenceCell {
  return {
    version: RECORD_VERSION,
    kind: 'inference',
    nodes: ['n1', 'n2'],
    key: test,
    test,
    concurrency: 1,
    repetition: 1,
    attempts: 1,
    verdict: 'pass',
    reasons: [],
    load: { ...LOAD, inputTokens: TOKENS, timeToFirstToken: { average: ttft * 2, p50: ttft } },
    pods: [],
    kv: KV,
    gpus: 2,
    command: [],
    evidence: [],
    startedAt: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
    measuredBy: { workflowId: 'w', runId: 'r' },
    ...more,
  };
}

function record(more: Partial<DynamoRecord> = {}, control = 'agg'): SuiteRecord {
  const test = (name: string, topology: 'disaggregated' | 'aggregated', ttft: number) => ({
    name,
    topology,
    required: true,
    verdict: 'pass' as const,
    inputTokens: TOKENS,
    outputTokens: 8,
    cells: [loadCell(name, ttft)],
  });
  const disaggregated = test('disagg', 'disaggregated', 0.3);
  return {
    version: RECORD_VERSION,
    suite: 's',
    workflowId: 'w',
    runId: 'r',
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:10:00Z',
    verdict: 'pass',
    reasons: [],
    spec: {},
    setup: { problems: [], nodes: [], devicePlugins: [], probes: [] },
    tests: [{ name: 'lf', tool: 'nixlbench', required: true, verdict: 'pass', cells: [curve(1e9)] }],
    dynamo: {
      kind: 'manifests',
      engine: 'trtllm',
      model: 'm',
      image: 'i',
      transferBackend: 'LIBFABRIC',
      tokensPerBlock: 32,
      baseline: 'lf',
      verdict: 'pass',
      tests: [test('agg', 'aggregated', 0.1), { ...disaggregated, control }],
      ...more,
    },
  };
}

function curve(bytesPerSecond: number) {
  const row = (blockSize: number) => ({ blockSize, batchSize: 1, bytesPerSecond, original: '' });
  const ceiling = { bytesPerSecond: 1.25e9, nics: 1, explanation: '10 Gbit/s' };
  return cellRecord({ rows: [row(2 ** 20), row(2 ** 22)], ceiling });
}

describe('what of the network reaches the user', () => {
  it('is measured as the difference to a control without the transfer', () => {
    const [share, ...more] = networkShares(record());
    assert.deepEqual(more, []);
    assert.equal(share?.status, 'measured');
    assert.equal(share?.prediction.atMeasuredRate, BYTES / 1e9);
    assert.equal(share?.prediction.atCeiling, BYTES / 1.25e9);
    assert.ok(Math.abs((share?.transfer ?? 0) - 0.2) < 1e-9);
    assert.ok(Math.abs((share?.effectiveRate ?? 0) - BYTES / 0.2) < 1);
    assert.ok(Math.abs((share?.residual ?? 0) - (0.2 - BYTES / 1e9)) < 1e-9);
    assert.ok(Math.abs((share?.shareExplained ?? 0) - BYTES / 1e9 / 0.3) < 1e-9);
  });

  it('has no rate above what the NICs carry that moved, and for its ceiling those that could', () => {
    const rows = [{ blockSize: 4096, batchSize: 1, bytesPerSecond: 80e9, original: '' }];
    const ceiling = { bytesPerSecond: 25e9, nics: 2, explanation: '2 NICs that moved' };
    const usableCeiling = { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' };
    const found = measuredCurve([cellRecord({ rows, ceiling, usableCeiling })]);
    assert.deepEqual(found?.rows, [{ blockSize: 4096, bytesPerSecond: 25e9 }]);
    assert.equal(found?.ceiling, 50e9);
  });

  it('is predicted from cells that may be compared, and from no other', () => {
    for (const code of [
      'implausible',
      'wrong-path',
      'path-unproven',
      'figures-disagree',
      'parameters-differ',
      'vram-as-host',
    ]) {
      assert.equal(measuredCurve([cellRecord({ reasons: [{ code, message: '' }] })]), undefined, code);
    }
    assert.equal(measuredCurve([cellRecord({ warmUp: true })]), undefined);
    assert.equal(measuredCurve([cellRecord()])?.rows.length, 1);
  });

  it('is not asked of a control, which transfers nothing, also when it is disaggregated', () => {
    const { dynamo, ...rest } = record();
    const tests = dynamo?.tests.map((test) => ({ ...test, topology: 'disaggregated' as const })) ?? [];
    const shares = networkShares({ ...rest, ...(dynamo ? { dynamo: { ...dynamo, tests } } : {}) });
    assert.deepEqual(
      shares.map(({ test }) => test),
      ['disagg'],
    );
  });

  it('is a bound without a control: the transfer took at most the whole time to first token', () => {
    const [share] = networkShares(record({}, 'none'));
    assert.equal(share?.status, 'bound');
    assert.equal(share?.transfer, 0.3);
    assert.ok(Math.abs((share?.effectiveRate ?? 0) - BYTES / 0.3) < 1);
    assert.match(dynamoSection(record({}, 'none')).join('\n'), /at most 300 ms \(bound\) \| at least 447\.4 MB\/s/);
  });

  it('has no row without a measured curve, and says so', () => {
    const without = { ...record(), tests: [] };
    assert.deepEqual(networkShares(without), []);
    assert.match(dynamoSection(without).join('\n'), /Unknown: test lf has no transfer curve in this run/);
  });

  it('takes no figure that did not take the path', () => {
    const bad = { ...curve(9e9), reasons: [{ code: 'wrong-path', message: '' }] };
    const tests = [{ name: 'lf', tool: 'nixlbench', required: true, verdict: 'fail' as const, cells: [bad] }];
    assert.deepEqual(networkShares({ ...record(), tests }), []);
  });

  it('takes the median of several repetitions of the transport test', () => {
    const cells = [curve(1e9), curve(1.1e9), curve(0.2e9)];
    const tests = [{ name: 'lf', tool: 'nixlbench', required: true, verdict: 'pass' as const, cells }];
    assert.equal(networkShares({ ...record(), tests })[0]?.prediction.rate.toPrecision(6), '1.00000e+9');
  });
});

describe('what the engine itself measured of its KV transfers', () => {
  /** Powers of two, so that sums and quotients are exact. */
  const mean = { bytes: BYTES, seconds: 0.125, descriptors: 32, postSeconds: 0.015625 };
  const BLOCK = 32 * KV.bytesPerToken;
  const kvTransfer = {
    ...kvTotals(20, mean, BLOCK),
    predictedBytes: 20 * BYTES + BLOCK,
    nicReceived: 20 * BYTES + BLOCK + 4096,
  };
  const measured = (more: Partial<InferenceCell> = {}) => {
    const { dynamo } = record();
    const tests = dynamo?.tests.map((test) =>
      test.name === 'disagg' ? { ...test, cells: [loadCell('disagg', 0.3, { kvTransfer, ...more })] } : test,
    );
    return record({ engine: 'vllm', tests: tests ?? [] });
  };
  const [left, invalid] = [
    { reasons: [{ code: 'metric-impossible', message: '' }] },
    { reasons: [{ code: 'metric-disagrees', message: '' }] },
  ];

  it('is a mean transfer, beside the prediction and the difference to the control', () => {
    assert.deepEqual(networkShares(measured())[0]?.engineTransfer, mean);
    assert.equal(networkShares(record())[0]?.engineTransfer, undefined);
    assert.equal(networkShares(measured(left))[0]?.engineTransfer, undefined);
    assert.deepEqual(networkShares(measured(invalid)), []);
    const none = { ...kvTransfer, engine: { transfers: 0, bytes: 0, seconds: 0 } };
    assert.equal(networkShares(measured({ kvTransfer: none }))[0]?.engineTransfer, undefined);
    const untimed = { ...kvTransfer, engine: { ...kvTransfer.engine, seconds: 0 } };
    assert.equal(networkShares(measured({ kvTransfer: untimed }))[0]?.engineTransfer, undefined);
  });

  it('is that of a prompt without the probe of AIPerf, and of all requests where the size of a block is unknown', () => {
    const { bytes, seconds } = networkShares(measured())[0]?.engineTransfer ?? {};
    assert.deepEqual({ bytes, seconds }, { bytes: mean.bytes, seconds: mean.seconds });
    const [cell] = measured({ kv: undefined }).dynamo?.tests.find(({ name }) => name === 'disagg')?.cells ?? [];
    assert.ok(cell);
    const ofAll = engineTransfer(cell, { tokensPerBlock: 32 });
    assert.equal(ofAll?.bytes, (20 * BYTES + BLOCK) / 21);
    const unprobed = { ...kvTransfer, engine: { ...kvTransfer.engine, transfers: 20, bytes: 20 * BYTES } };
    assert.equal(engineTransfer({ ...cell, kv: KV, kvTransfer: unprobed }, { tokensPerBlock: 32 })?.bytes, BYTES);
    const probeAlone = { ...kvTransfer, engine: { ...kvTransfer.engine, bytes: BLOCK } };
    assert.equal(engineTransfer({ ...cell, kv: KV, kvTransfer: probeAlone }, { tokensPerBlock: 32 }), undefined);
  });

  it('gives the points of a model of the transfer, from valid load points only', () => {
    const points = (more?: Partial<InferenceCell>) => transferPoints(measured(more).dynamo as DynamoRecord);
    const point = { test: 'disagg', concurrency: 1, repetition: 1, tokens: TOKENS, ...mean };
    assert.deepEqual(points(), [point]);
    for (const more of [left, invalid, { kvTransfer: undefined }]) assert.deepEqual(points(more), []);
    const { descriptors: _, ...engine } = kvTransfer.engine;
    const uncounted = { kvTransfer: { ...kvTransfer, engine } };
    assert.deepEqual(points(uncounted), [], 'no number of layers');
    assert.deepEqual(points({ ...uncounted, kv: { ...KV, layers: 4 } }), [{ ...point, descriptors: 32 * 4 }]);
  });

  it('is shown with the bytes by engine, NIXL, NICs and prediction', () => {
    const text = dynamoSection(measured({ kvTransfer: { ...kvTransfer, nixlBytes: 2.4 * 2 ** 30 } })).join('\n');
    assert.match(text, /### KV transfers according to vLLM/);
    assert.match(
      text,
      /\| disagg \| 1 \| 2\.5 GiB \| 2\.5 GiB \| 2\.4 GiB \| 2\.5 GiB \| 125 ms \| 12\.5 % \| 1\.074 GB\/s \| 134\.2 ms \| 200 ms \|/,
    );
    const without = dynamoSection(measured(left)).join('\n');
    assert.match(
      without,
      /\| disagg \| 1 \| 2\.5 GiB \| 2\.5 GiB \| – \| 2\.5 GiB \| – \| – \| – \| 134\.2 ms \| 200 ms \|/,
    );
    assert.doesNotMatch(dynamoSection(record()).join('\n'), /KV transfers according to/);
  });
});

describe('phase 3 in the report', () => {
  it('shows prediction, transfer, effective rate and residual of each point, with the formula', () => {
    const text = dynamoSection(record()).join('\n');
    assert.match(
      text,
      /\| disagg \| 1 \| 300 ms \| 134\.2 ms \| 107\.4 ms \| 44\.7 % \| 200 ms \(measured\) \| 671\.1 MB\/s \| 65\.78 ms \|/,
    );
    assert.match(text, /Predicted transfer = prompt tokens in whole blocks × KV bytes/);
    assert.doesNotMatch(text, /Simulated engine/);
  });

  it('shows repetitions of a point beside each other, and names what is left out', () => {
    const cells = [1, 2].flatMap((repetition) =>
      [1, 4].map((concurrency) => {
        const bad = concurrency === 4 && repetition === 2;
        const reasons = bad ? [{ code: 'errors', message: '3 of 20 requests failed' }] : [];
        return loadCell('agg', 0.1, { concurrency, repetition, reasons, verdict: bad ? 'fail' : 'pass' });
      }),
    );
    const { dynamo } = record();
    const tests = dynamo?.tests.map((test) => ({
      ...test,
      cells: cells.map((cell) => ({ ...cell, test: test.name })),
    }));
    const lines = dynamoSection(record({ tests: tests ?? [] }));
    const order = lines.flatMap((line) => {
      const [, repetition, concurrency] = /^\| disagg #(\d) \|(?: disaggregated \|)? (\d) \|/.exec(line) ?? [];
      return repetition === undefined ? [] : [`${concurrency} #${repetition}`];
    });
    assert.deepEqual(order, ['1 #1', '1 #2', '4 #1', '4 #2', '1 #1', '1 #2', '4 #1']);
    const text = lines.join('\n');
    assert.match(text, /- disagg #2, concurrency 4: errors: 3 of 20 requests failed/);
    assert.match(text, /- Excluded.*; disagg at concurrency 4 \(errors in 1 of 2 repetitions\)/);
  });

  it('calls the figures of a simulated engine so, first of all', () => {
    assert.match(dynamoSection(record({ engine: 'mocker' }))[2] ?? '', /^\*\*Simulated engine\.\*\*/);
  });

  it('says why there is nothing to show', () => {
    const failure = { class: 'PlatformMissing', message: 'no resource', hint: 'install it' };
    assert.match(
      dynamoSection(record({ failure, tests: [] })).join('\n'),
      /\*\*PlatformMissing\*\*: no resource\. Install it\./,
    );
  });

  it('prints how to remove a deployment that was kept', () => {
    assert.match(dynamoSection(record({ kept: 'kubectl delete x' })).join('\n'), /`kubectl delete x`/);
  });

  it('is absent from a suite without it', () => {
    const { dynamo: _, ...without } = record();
    assert.deepEqual(dynamoSection(without), []);
  });
});
