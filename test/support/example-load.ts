import { mersenne } from 'pure-rand/generator/mersenne';
import type { DynamoRecord, InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';

import { RECORD_VERSION } from '../../suite/record/record.js';
import { kvTotals } from './kv-totals.js';

const CONCURRENCIES = [1, 4, 16, 64];
const INPUT_TOKENS = 8192;
const OUTPUT_TOKENS = 256;
/** Llama 3.1 8B, as older records have it: without its layers. */
const KV = {
  bytesPerToken: 131_072,
  bytesPerTokenAndRank: 131_072,
  explanation: '2 × 32 layers × 8 KV heads × 128 × 2 B (bfloat16)',
};

/** Warm-up of the load. */
const WARMUP_REQUESTS = 4;
const TOKENS_PER_BLOCK = 32;

/**
 * What engine and NICs counted of a load whose transfers take `seconds` each.
 *
 * @param nixl whether NIXL counted them too
 */
function kvTransfers(seconds: number, concurrency: number, nixl: boolean): NonNullable<InferenceCell['kvTransfer']> {
  const prompts = Math.max(20, 10 * concurrency) + WARMUP_REQUESTS;
  const transfer = { bytes: INPUT_TOKENS * KV.bytesPerToken, seconds: seconds * 0.9 };
  const totals = kvTotals(prompts, transfer, TOKENS_PER_BLOCK * KV.bytesPerToken);
  return {
    ...totals,
    predictedBytes: totals.engine.bytes,
    ...(nixl ? { nixlBytes: totals.engine.bytes } : {}),
    failures: { failedTransfers: 0 },
    nicReceived: Math.round(totals.engine.bytes * 1.004),
  };
}

export interface ExampleLoadOptions {
  readonly engine?: DynamoRecord['engine'];
  readonly repetitions?: number;
  readonly concurrencies?: readonly number[];
  /** Start of the first load point. */
  readonly from?: string;
  readonly run?: { readonly workflowId: string; readonly runId: string };
  /** Factor on every time to first token. */
  readonly slower?: number;
  /** Of the noise. */
  readonly seed?: number;
}

/**
 * Phase 3 with everything on it: a control, a test that it belongs to, one without a control, several repetitions, and a
 * point that does not count.
 */
export function exampleDynamo(options: ExampleLoadOptions = {}): DynamoRecord {
  const {
    engine = 'trtllm',
    repetitions = 3,
    concurrencies = CONCURRENCIES,
    from = '2026-01-05T02:50:00.000Z',
    run = { workflowId: 'nightly-p5', runId: 'run-nightly-p5' },
    slower = 1,
    seed = 23,
  } = options;
  const random = mersenne(seed);
  const noise = () => 1 + (((random.next() >>> 0) / 2 ** 32) * 2 - 1) * 0.04;
  let clock = Date.parse(from);

  const cell = (test: string, transfer: number, concurrency: number, repetition: number): InferenceCell => {
    const startedAt = new Date(clock).toISOString();
    clock += 35_000;
    const firstToken = (0.21 * (1 + concurrency / 22) + transfer * (1 + concurrency / 90)) * noise() * slower;
    const between = 0.0062 * (1 + concurrency / 75) * (test === 'aggregated' ? 1.35 : 1) * noise();
    const latency = firstToken + between * (OUTPUT_TOKENS - 1);
    const throughput = (concurrency * OUTPUT_TOKENS) / latency;
    const lost = test === 'no-control' && concurrency === Math.max(...concurrencies);
    const folder = `${test}/c${concurrency}-r${repetition}`;
    return {
      version: RECORD_VERSION,
      kind: 'inference',
      nodes: ['gpu-1', 'gpu-2'],
      key: `key-${test}-${concurrency}-${repetition}`,
      test,
      concurrency,
      repetition,
      attempts: 1,
      verdict: lost ? 'fail' : 'pass',
      reasons: [
        ...(lost ? [{ code: 'errors', message: '12 of 640 requests failed (1.9 %, at most 0 %)' }] : []),
        ...(engine === 'mocker' ? [{ code: 'simulated-engine', message: 'simulated engine: sends no KV bytes' }] : []),
        ...(lost ? [] : [{ code: 'measured', message: `${throughput.toFixed(1)} output tokens/s` }]),
      ],
      load: {
        version: '0.13.0',
        duration: 30,
        requests: { succeeded: Math.max(20, 10 * concurrency), failed: lost ? 12 : 0 },
        requestsPerSecond: concurrency / latency,
        outputTokensPerSecond: throughput,
        outputTokensPerSecondAndUser: 1 / between,
        inputTokens: INPUT_TOKENS,
        outputTokens: OUTPUT_TOKENS,
        timeToFirstToken: {
          average: firstToken * 1.08,
          p50: firstToken,
          p90: firstToken * 1.5,
          p99: firstToken * (1.9 + concurrency / 60) * noise(),
        },
        interTokenLatency: { average: between * 1.02, p50: between, p99: between * 1.7 },
        requestLatency: { average: latency },
        errors: [],
        complete: true,
      },
      pods: ['frontend', 'prefill', 'decode'].map((role) => ({
        role,
        pod: `dynamo-${role}`,
        node: role === 'decode' ? 'gpu-1' : 'gpu-2',
        image: 'tensorrtllm-runtime:1.6.1',
        imageId: 'sha256:77ab',
      })),
      kv: KV,
      ...(engine === 'mocker' || transfer === 0
        ? {}
        : { kvTransfer: kvTransfers(transfer, concurrency, test === 'disaggregated') }),
      gpus: 2,
      command: ['aiperf', 'profile', '--concurrency', String(concurrency)],
      evidence: ['load.log', 'aiperf.log', 'profile_export_aiperf.json', 'profile_export.jsonl.gz.base64'].map(
        (file) => ({
          path: `${folder}/${file}`,
          sha256: `${file}-${folder}`,
          bytes: 10,
        }),
      ),
      startedAt,
      recordedAt: new Date(clock).toISOString(),
      measuredBy: run,
    };
  };
  const test = (name: string, transfer: number, more: Partial<InferenceTestRecord> = {}): InferenceTestRecord => {
    const cells = Array.from({ length: repetitions }, (_, i) =>
      concurrencies.map((concurrency) => cell(name, transfer, concurrency, i + 1)),
    ).flat();
    clock += 60_000;
    return {
      name,
      topology: 'disaggregated',
      required: name !== 'no-control',
      verdict: cells.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'fail',
      inputTokens: INPUT_TOKENS,
      outputTokens: OUTPUT_TOKENS,
      cells,
      ...more,
    };
  };
  return {
    kind: 'operator',
    engine,
    model: 'meta-llama/Llama-3.1-8B-Instruct',
    image: 'nvcr.io/nvidia/ai-dynamo/tensorrtllm-runtime:1.6.1',
    transferBackend: 'LIBFABRIC',
    tokensPerBlock: TOKENS_PER_BLOCK,
    baseline: 'nixl-libfabric',
    platform: { version: '1.6.1', installed: false },
    verdict: 'pass',
    tests: [
      test('aggregated', 0, { topology: 'aggregated' }),
      test('disaggregated', 0.075, { control: 'aggregated' }),
      test('no-control', 0.045),
    ],
  };
}
