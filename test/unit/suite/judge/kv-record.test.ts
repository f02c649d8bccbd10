import assert from 'node:assert/strict';
import type { TransferRecord } from '../../../../suite/engines/engine.js';
import type { InferenceCircumstances, WorkerState } from '../../../../suite/judge/inference-evidence.js';
import { judgeKvRecord } from '../../../../suite/judge/kv-record.js';
import { nicMovement } from '../../../../suite/judge/nic-movement.js';
import type { NixlCounts, TransferCounts } from '../../../../suite/judge/transfer-probe.js';
import { inferenceSpec } from '../../../../suite/spec/inference-tests.js';
import { LOAD } from '../../../support/fake-dynamo.js';

/** 12 requests and 2 of the warm-up, of 262 tokens in whole blocks of 32 tokens, and the one block of AIPerf's probe. */
const BYTES = (14 * 288 + 32) * 65_536;
const MIB = 2 ** 20;
const RATE = 62.5e6;

const CIRCUMSTANCES: InferenceCircumstances = {
  simulated: false,
  unchecked: [],
  events: [],
  bytesPerToken: 65_536,
  tokensPerBlock: 32,
  engine: 'vLLM',
  recordedBy: 'decode',
  ceiling: { bytesPerSecond: RATE, nics: 1, explanation: '1 × 500 Mbit/s' },
  transferBackend: 'LIBFABRIC',
};

interface Moved {
  /** Growth of the engine's record at the decode worker; undefined when it did not answer. */
  readonly decode?: TransferCounts | undefined;
  readonly prefill?: TransferCounts;
  readonly nic?: number | undefined;
  /** Growth of NIXL's counters at the decode worker; undefined when it did not answer. */
  readonly nixl?: NixlCounts | undefined;
  readonly source?: 'interface' | 'devices';
}

function evidenceOf({ decode, prefill = {}, nic, nixl, source = 'interface' }: Moved) {
  const state = (
    role: string,
    transferRecord: TransferCounts | undefined,
    bytes: number | undefined,
    nixlCounts: NixlCounts | undefined = { readBytes: 0, writtenBytes: 0 },
  ): WorkerState => ({
    role,
    pod: role,
    uid: role,
    restarts: 0,
    transferRecord,
    nixlCounts,
    ...(bytes === undefined ? {} : { nicSource: source, nicCounters: { rx_bytes: bytes, tx_bytes: 7 } }),
  });
  return {
    before: [state('decode', {}, nic === undefined ? undefined : 1000), state('prefill', {}, undefined)],
    after: [
      { ...state('decode', decode, nic === undefined ? undefined : 1000 + nic), nixlCounts: nixl },
      state('prefill', prefill, undefined),
    ],
  };
}

function counted(more: Partial<Record<keyof TransferCounts, number>> = {}): TransferCounts {
  return { transfers: 14, bytes: BYTES, seconds: (BYTES / RATE) * 1.05, ...more };
}

const TEST = inferenceSpec.parse({
  name: 't',
  tool: 'inference',
  inputTokens: 256,
  outputTokens: 8,
  warmupRequests: 2,
});

function judged(moved: Moved, circumstances: Partial<InferenceCircumstances> = {}, test = TEST) {
  const load = { ...LOAD, requests: { succeeded: 12, failed: 0 }, inputTokens: 262, outputTokens: 8 };
  const evidence = evidenceOf(moved);
  return judgeKvRecord(test, load, evidence, nicMovement(evidence), { ...CIRCUMSTANCES, ...circumstances });
}

function codes(...input: Parameters<typeof judged>): string[] {
  return judged(...input)?.reasons.map(({ code }) => code) ?? [];
}

describe('the engine’s record of its KV transfers', () => {
  it('is believed when the NICs moved its bytes, and recorded with the predicted ones', () => {
    // Measured: vLLM on a link of 500 Mbit/s.
    const nic = 264_560_200;
    const decode = counted({ descriptors: 504, postSeconds: 0.04 });
    assert.deepEqual(judged({ decode, nic }), {
      reasons: [],
      kvTransfer: { requests: 15, predictedBytes: BYTES, engine: decode, nicReceived: nic },
    });
  });

  it('is not believed when the NICs moved more than 2 % less, and names all figures', () => {
    assert.deepEqual(codes({ decode: counted(), nic: BYTES * 0.981 }), []);
    assert.deepEqual(judged({ decode: counted(), nic: BYTES - 8 * MIB })?.reasons, [
      {
        code: 'metric-disagrees',
        message:
          'vLLM counted 254 MiB of KV transfers, the NICs moved 246 MiB, predicted 254 MiB: the NICs 8 MiB less than vLLM, 3.15 %',
      },
    ]);
  });

  it('is not believed when the NICs moved more than headers and other traffic explain', () => {
    const excess = (bytes: number, source: 'interface' | 'devices') =>
      codes({ decode: counted(), nic: BYTES + bytes, source });
    const headers = Math.floor(BYTES * 0.06);
    assert.deepEqual(excess(headers + MIB, 'devices'), []);
    assert.deepEqual(excess(headers + MIB + 1, 'devices'), ['metric-disagrees']);
    const requests = 15 * (64 * 1024 + 262 * 16 + 8 * 1024);
    assert.deepEqual(excess(headers + MIB + requests, 'interface'), []);
    assert.deepEqual(excess(headers + MIB + requests + 1, 'interface'), ['metric-disagrees']);
  });

  it('contradicts NICs that moved a KV cache when it has no bytes', () => {
    const [reason] = judged({ decode: { transfers: 0, bytes: 0, seconds: 0 }, nic: BYTES })?.reasons ?? [];
    assert.equal(reason?.code, 'metric-disagrees');
    assert.match(reason?.message ?? '', /: the NICs 254 MiB more than vLLM$/);
  });

  it('is not compared with counters that do not cover the KV cache', () => {
    assert.deepEqual(codes({ decode: counted() }), []);
    assert.deepEqual(codes({ decode: counted(), nic: 5 }, { fabricDevices: 'EFA devices' }), []);
  });

  it('is not used for times when its rate exceeds the ceiling', () => {
    const at = (rate: number, more: Partial<InferenceCircumstances> = {}) =>
      judged({ decode: counted({ seconds: BYTES / rate }), nic: BYTES }, more)?.reasons ?? [];
    assert.deepEqual(at(RATE * 1.019), []);
    const [reason] = at(RATE * 1.03);
    assert.equal(reason?.code, 'metric-impossible');
    assert.match(
      reason?.message ?? '',
      /^vLLM counted 254 MiB of KV transfers in .*, 64\.38 MB\/s: above the ceiling of the NICs \(62\.5 MB\/s, 1 × 500 Mbit\/s\)/,
    );
    assert.deepEqual(at(RATE * 2, { ceiling: undefined }), []);
    assert.deepEqual(codes({ decode: counted({ seconds: 0 }), nic: BYTES }), ['metric-impossible']);
    assert.deepEqual(codes({ decode: { transfers: 0, bytes: 0, seconds: 0 }, nic: 0 }), ['kv-bytes-differ']);
  });

  it('fails the load when it has failures, which workers of each role count', () => {
    const failed = counted({ failedTransfers: 3 });
    assert.deepEqual(codes({ decode: failed, nic: BYTES }), ['kv-transfer-failed']);
    assert.deepEqual(judged({ decode: failed, nic: BYTES })?.kvTransfer.failures, { failedTransfers: 3 });
    const expired = { decode: counted(), prefill: { expiredRequests: 2 }, nic: BYTES };
    assert.deepEqual(codes(expired), ['kv-expired']);
    assert.deepEqual(codes({ decode: counted({ failedNotifications: 1 }), nic: BYTES }), ['kv-expired']);
    assert.deepEqual(codes({ decode: undefined, prefill: { expiredRequests: 2 } }), ['kv-expired', 'kv-record-unread']);
  });

  it('may differ from the prediction, which is said', () => {
    const half = { decode: counted({ bytes: BYTES / 2 }), nic: BYTES / 2 };
    const [reason] = judged(half)?.reasons ?? [];
    assert.equal(reason?.code, 'kv-bytes-differ');
    assert.match(reason?.message ?? '', /^vLLM counted 127 MiB of KV transfers, predicted 254 MiB: prefix caching/);
    assert.deepEqual(codes(half, { bytesPerToken: undefined }), []);
  });

  it('is absent when a worker did not answer, which is said', () => {
    const { reasons, kvTransfer } = judged({ decode: undefined, nic: BYTES }) ?? {};
    assert.deepEqual(reasons, [
      {
        code: 'kv-record-unread',
        message:
          'the record of vLLM about its KV transfers is unknown: decode pod decode did not answer before and after the load',
      },
    ]);
    assert.equal(kvTransfer?.engine, undefined);
  });

  it('comes from the prefill workers of an engine that writes the KV cache', () => {
    const recordedBy: TransferRecord['role'] = 'prefill';
    const { kvTransfer } = judged({ decode: undefined, prefill: counted(), nic: BYTES }, { recordedBy }) ?? {};
    assert.equal(kvTransfer?.engine?.bytes, BYTES);
  });

  it('has the bytes of the NICs where the engine keeps none', () => {
    assert.deepEqual(judged({ decode: undefined, nic: BYTES }, { recordedBy: undefined }), {
      reasons: [],
      kvTransfer: { requests: 15, predictedBytes: BYTES, nicReceived: BYTES },
    });
  });

  it('is not looked for without a KV transfer', () => {
    assert.equal(judged({ nic: 0 }, { simulated: true }), undefined);
    assert.equal(judged({ nic: 0 }, {}, { ...TEST, topology: 'aggregated' }), undefined);
  });
});

describe('NIXL’s record of the KV transfers', () => {
  const ON = { nixlTelemetry: true };
  const read = (readBytes: number): NixlCounts => ({ readBytes, writtenBytes: 0 });

  it('is believed with that of the engine, and recorded', () => {
    const decode = counted();
    assert.deepEqual(judged({ decode, nic: BYTES, nixl: read(BYTES) }, ON), {
      reasons: [],
      kvTransfer: { requests: 15, predictedBytes: BYTES, engine: decode, nixlBytes: BYTES, nicReceived: BYTES },
    });
  });

  it('contradicts the engine by more than 2 % in either direction, and names all figures', () => {
    for (const share of [0.981, 1.019])
      assert.deepEqual(codes({ decode: counted(), nic: BYTES, nixl: read(BYTES * share) }, ON), []);
    assert.deepEqual(codes({ decode: counted(), nixl: read(BYTES * 1.021) }, ON), ['metric-disagrees']);
    assert.deepEqual(judged({ decode: counted(), nic: BYTES, nixl: read(BYTES * 0.97) }, ON)?.reasons, [
      {
        code: 'metric-disagrees',
        message:
          'vLLM counted 254 MiB of KV transfers, NIXL 246.38 MiB, the NICs moved 254 MiB, predicted 254 MiB: NIXL 7.62 MiB less than vLLM, 3 %',
      },
    ]);
  });

  it('is part of one reason when NIXL and the NICs contradict the engine', () => {
    const [reason, ...more] = judged({ decode: counted(), nic: BYTES / 2, nixl: read(BYTES / 2) }, ON)?.reasons ?? [];
    assert.deepEqual(more, []);
    assert.match(reason?.message ?? '', /: NIXL 127 MiB less than vLLM, 50 %; the NICs 127 MiB less than vLLM, 50 %$/);
  });

  it('contradicts an engine without bytes', () => {
    const none = { transfers: 0, bytes: 0, seconds: 0 };
    assert.deepEqual(codes({ decode: none, nixl: read(BYTES) }, { ...ON, bytesPerToken: undefined }), [
      'metric-disagrees',
    ]);
    assert.deepEqual(codes({ decode: none, nixl: read(0) }, { ...ON, bytesPerToken: undefined }), []);
  });

  it('is compared with the NICs as the engine’s when the engine keeps none', () => {
    const alone = { ...ON, recordedBy: undefined };
    const moved = (nic: number) => judged({ decode: undefined, nic, nixl: read(BYTES), source: 'devices' }, alone);
    assert.deepEqual(moved(BYTES * 1.06), {
      reasons: [],
      kvTransfer: { requests: 15, predictedBytes: BYTES, nixlBytes: BYTES, nicReceived: BYTES * 1.06 },
    });
    assert.deepEqual(moved(BYTES - 8 * MIB)?.reasons, [
      {
        code: 'metric-disagrees',
        message:
          'NIXL counted 254 MiB of KV transfers, the NICs moved 246 MiB, predicted 254 MiB: the NICs 8 MiB less than NIXL, 3.15 %',
      },
    ]);
  });

  it('is absent when a worker did not answer, which is said', () => {
    const { reasons, kvTransfer } = judged({ decode: counted(), nic: BYTES, nixl: undefined }, ON) ?? {};
    assert.deepEqual(reasons, [
      {
        code: 'kv-record-unread',
        message:
          'the record of NIXL about its KV transfers is unknown: decode pod decode did not answer before and after the load',
      },
    ]);
    assert.equal(kvTransfer?.nixlBytes, undefined);
  });

  it('is not looked for when it is off', () => {
    assert.equal(judged({ decode: counted(), nic: BYTES, nixl: read(1) })?.kvTransfer.nixlBytes, undefined);
    assert.deepEqual(codes({ decode: counted(), nic: BYTES, nixl: read(1) }), []);
    assert.equal(judged({ nic: 0 }, ON, { ...TEST, topology: 'aggregated' }), undefined);
  });
});
