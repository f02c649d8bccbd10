import assert from 'node:assert/strict';
import { EFA_EVENTS } from '../../../../suite/fabrics/common/event-counter.js';
import type { InferenceCircumstances, LoadEvidence } from '../../../../suite/judge/inference-evidence.js';
import { judgeInference } from '../../../../suite/judge/judge-inference.js';
import { inferenceSpec, type LoadPoint } from '../../../../suite/spec/inference-tests.js';
import { fixture } from '../../../support/fixtures.js';

const EXPORT = fixture('aiperf/ok.json');
const KILLED = fixture('aiperf/decode-killed.json');

const SIMULATED: InferenceCircumstances = {
  simulated: true,
  unchecked: [],
  fabricDevices: undefined,
  events: EFA_EVENTS,
  tokensPerBlock: 32,
  engine: 'vLLM',
  transferBackend: 'LIBFABRIC',
};
const REAL: InferenceCircumstances = {
  ...SIMULATED,
  simulated: false,
  fabricDevices: 'EFA devices',
  bytesPerToken: 131_072,
};

function spec(more: Record<string, unknown> = {}) {
  return inferenceSpec.parse({
    name: 'load',
    tool: 'inference',
    inputTokens: 128,
    outputTokens: 32,
    requests: 50,
    warmupRequests: 0,
    limits: { outputShare: 0.9 },
    ...more,
  });
}

function withMetric(metric: string, value: unknown): string {
  return JSON.stringify({ ...(JSON.parse(EXPORT) as object), [metric]: value });
}

function logOf(json: string, lines: readonly string[] = [], exitCode = 0): string {
  const frame = (text: string) => `@@dynamo-bench ${text}`;
  return [
    ...lines,
    ...(json
      ? [frame('{"event":"file","name":"profile_export_aiperf.json"}'), json, frame('{"event":"end-file"}')]
      : []),
    frame(`{"event":"end","exitCode":${exitCode}}`),
  ].join('\n');
}

function worker(more: Partial<LoadEvidence['before'][number]> = {}) {
  return {
    role: 'decode',
    pod: 'd',
    uid: '1',
    restarts: 0,
    nicBytes: 1000,
    nicSource: 'efa' as const,
    kvBackends: ['LIBFABRIC'],
    ...more,
  };
}

function evidence(more: Partial<LoadEvidence> = {}): LoadEvidence {
  return { log: logOf(EXPORT), timedOut: false, deleted: false, before: [worker()], after: [worker()], ...more };
}

function judge(
  more: Partial<LoadEvidence> = {},
  circumstances = SIMULATED,
  test = spec(),
  point: LoadPoint = { concurrency: 4, repetition: 1 },
) {
  const judgement = judgeInference(test, point, evidence(more), circumstances);
  return { ...judgement, codes: judgement.reasons.map(({ code }) => code) };
}

describe('a load run', () => {
  it('passes with all its requests answered, and says that its engine is simulated', () => {
    const { verdict, codes, load } = judge();
    assert.equal(verdict, 'pass');
    assert.deepEqual(codes, ['simulated-engine', 'measured']);
    assert.equal(load?.requests.succeeded, 50);
  });

  it('has what the first request left unknown beside it, which does not change the verdict', () => {
    const after = [worker({ nicBytes: 1000 + 50 * 128 * 131_072 })];
    const unsent = { code: 'first-request-unsent', message: 'no python3' } as const;
    const { verdict, reasons } = judge({ after }, { ...REAL, unchecked: [unsent] });
    assert.equal(verdict, judge({ after }, REAL).verdict);
    assert.ok(reasons.includes(unsent));
  });

  it('fails when requests failed, although AIPerf exits with 0 and calls itself complete', () => {
    const { verdict, reasons } = judge({ log: logOf(KILLED) }, SIMULATED, spec({ requests: 60, outputTokens: 64 }));
    assert.equal(verdict, 'fail');
    assert.match(reasons[0]?.message ?? '', /^48 of 60 requests failed \(80 %, at most 0 %\): 48 × .*not ready/);
  });

  it('accepts failed requests up to the limit of the spec', () => {
    const { codes } = judge({ log: logOf(KILLED) }, SIMULATED, spec({ requests: 60, limits: { errorRate: 0.8 } }));
    assert.ok(!codes.includes('errors'));
  });

  it('fails when fewer requests ended than were to be sent', () => {
    const { verdict, reasons } = judge({}, SIMULATED, spec({ requests: 60 }));
    assert.equal(verdict, 'fail');
    assert.match(reasons[0]?.message ?? '', /^expected 60 requests, 50 completed/);
  });

  it('is inconclusive when prompts came twice, which the prefix cache answers', () => {
    const { verdict, reasons } = judge({}, SIMULATED, spec({ warmupRequests: 4 }));
    assert.equal(verdict, 'inconclusive');
    const repeated = reasons.find(({ code }) => code === 'prompts-repeated');
    assert.match(repeated?.message ?? '', /^54 requests had 50 prompts: /);
    const own = EXPORT.replace('"type": "synthetic"', '"type": "file"');
    assert.notEqual(own, EXPORT);
    assert.equal(judge({ log: logOf(own) }, SIMULATED, spec({ warmupRequests: 4 })).verdict, 'pass', 'own prompts');
  });

  it('does not count requests of a run that lasts for a duration', () => {
    assert.equal(judge({}, SIMULATED, spec({ requests: undefined, duration: '10s' })).verdict, 'pass');
  });

  it('is inconclusive when fewer requests were in flight than configured', () => {
    const { verdict, codes } = judge({}, SIMULATED, spec(), { concurrency: 16, repetition: 1 });
    assert.equal(verdict, 'inconclusive');
    assert.ok(codes.includes('low-concurrency'));
  });

  it('is inconclusive when answers are not as long as asked for', () => {
    const { verdict, codes } = judge({}, SIMULATED, spec({ outputTokens: 64 }));
    assert.equal(verdict, 'inconclusive');
    assert.ok(codes.includes('wrong-output-length'));
  });

  it('is inconclusive when a figure is missing, and names the figure and the reason', () => {
    const log = logOf(fixture('aiperf/no-output-tokens.json'));
    const { verdict, reasons, load } = judge({ log }, SIMULATED, spec({ requests: 80 }), {
      concurrency: 1,
      repetition: 1,
    });
    assert.equal(verdict, 'inconclusive');
    assert.equal(load?.timeToFirstToken?.p50, 0.04445);
    assert.deepEqual(
      reasons.filter(({ code }) => code === 'metric-missing').map(({ message }) => message),
      [
        'output_token_throughput, output_token_throughput_per_user, output_sequence_length: AIPerf did not export it, because it could not count the tokens of the answers: check that the engine reports its token usage',
      ],
    );
  });

  it('names the unit of a figure that it cannot read', () => {
    const log = logOf(withMetric('time_to_first_token', { unit: 'fortnight', avg: 1 }));
    const { verdict, reasons, load } = judge({ log });
    assert.equal(verdict, 'inconclusive');
    assert.equal(load?.timeToFirstToken, undefined);
    assert.deepEqual(
      reasons.filter(({ code }) => code === 'metric-missing').map(({ message }) => message),
      ['time_to_first_token: unit "fortnight" is not a unit of time'],
    );
  });

  it('is inconclusive when a limit cannot be checked', () => {
    const log = logOf(withMetric('time_to_first_token', { unit: 'ms', avg: 1, p50: 1 }));
    const limited = spec({ limits: { outputShare: 0.9, timeToFirstToken: '100ms' } });
    const { verdict, reasons } = judge({ log }, SIMULATED, limited);
    assert.equal(verdict, 'inconclusive');
    assert.match(
      reasons.find(({ code }) => code === 'metric-missing')?.message ?? '',
      /^limits\.timeToFirstToken could not be checked/,
    );
    assert.equal(judge({ log }).verdict, 'pass', 'without a limit');
  });

  it('fails when a worker restarted or was replaced', () => {
    assert.deepEqual(judge({ after: [worker({ restarts: 2 })] }).codes[0], 'worker-restarted');
    assert.match(
      judge({ after: [worker({ uid: '2' })] }).reasons[0]?.message ?? '',
      /decode pod d was removed or replaced/,
    );
    assert.equal(judge({ after: [worker({ uid: '2' })] }).verdict, 'fail');
  });

  it('fails when the slowest of a hundred is above the limit', () => {
    const { verdict, codes } = judge({}, SIMULATED, spec({ limits: { outputShare: 0.9, timeToFirstToken: '100ms' } }));
    assert.equal(verdict, 'fail');
    assert.ok(codes.includes('slow'));
  });
});

describe('the KV transfer of a load run', () => {
  const sent = 131_072 * 128 * 50;

  it('is seen by the counters of the decode workers', () => {
    const { verdict, codes } = judge({ after: [worker({ nicBytes: 1000 + sent })] }, REAL);
    assert.equal(verdict, 'pass');
    assert.ok(codes.includes('kv-transfer-seen'));
  });

  it('is seen by what the decode workers received, or else by what the prefill workers sent', () => {
    const state = (role: string, nicCounters: Record<string, number>) =>
      worker({ role, pod: role, uid: role, nicBytes: undefined, nicSource: 'devices', nicCounters });
    const judged = (decoded: Record<string, number>, prefilled: Record<string, number>) =>
      judge(
        {
          before: [state('decode', { port_rcv_data: 8 }), state('prefill', { port_xmit_data: 8 })],
          after: [state('decode', decoded), state('prefill', prefilled)],
        },
        { ...REAL, fabricDevices: 'InfiniBand adapters' },
      );
    const all = { port_rcv_data: 8 + sent / 4 };
    assert.ok(judged(all, { port_xmit_data: 8 }).codes.includes('kv-transfer-seen'));
    assert.ok(judged({ port_rcv_data: 8 }, { port_xmit_data: 8 + sent / 4 }).codes.includes('kv-transfer-seen'));
    assert.ok(judged({}, {}).codes.includes('kv-path-unproven'), 'a missing counter is not one that did not move');
    assert.ok(judged({ port_rcv_data: 8 }, { port_xmit_data: 8 }).codes.includes('no-kv-transfer'));
  });

  it('has the events of the fabric beside it, which do not change the verdict', () => {
    const seen = (packets: number, more = {}) => worker({ nicEvents: { efa0: { retrans_pkts: packets } }, ...more });
    const { verdict, reasons } = judge({ before: [seen(2)], after: [seen(33, { nicBytes: 1000 + sent })] }, REAL);
    assert.equal(verdict, 'pass');
    const { message = '' } = reasons.find(({ code }) => code === 'fabric-events') ?? {};
    assert.match(message, /^31 packets retransmitted .* decode pod d\)$/);
  });

  it('fails the run when the counters did not move: the figures say nothing about the network', () => {
    const { verdict, codes } = judge({}, REAL);
    assert.equal(verdict, 'fail');
    assert.ok(codes.includes('no-kv-transfer'));
  });

  it('fails the run when EFA moved much less than the KV cache has', () => {
    assert.equal(judge({ after: [worker({ nicBytes: 1000 + sent / 10 })] }, REAL).verdict, 'fail');
  });

  it('is expected in whole blocks, also of the requests of the warm-up', () => {
    const moved = (bytes: number, test: ReturnType<typeof spec>, tokensPerBlock: number) =>
      judge({ after: [worker({ nicBytes: 1000 + bytes })] }, { ...REAL, tokensPerBlock }, test).codes;
    // The server counts 134 tokens in a prompt: 160 in whole blocks of 32.
    assert.ok(moved(sent * 0.6, spec(), 1).includes('kv-transfer-seen'));
    assert.ok(moved(sent * 0.6, spec(), 32).includes('no-kv-transfer'));
    assert.ok(moved(sent * 0.65, spec(), 32).includes('kv-transfer-seen'));
    assert.ok(moved(sent * 0.65, spec({ warmupRequests: 5 }), 32).includes('no-kv-transfer'));
  });

  it('leaves the run inconclusive when no counter could be read', () => {
    const before = [worker({ nicBytes: undefined })];
    assert.equal(judge({ before }, REAL).verdict, 'inconclusive');
  });

  it('leaves the run inconclusive when the expected bytes are unknown', () => {
    const unknown = { ...REAL, bytesPerToken: undefined };
    const { verdict, reasons } = judge({ after: [worker({ nicBytes: 1000 + sent })] }, unknown);
    assert.equal(verdict, 'inconclusive');
    assert.deepEqual(
      reasons.map(({ code, message }) => [code, /set dynamo\.model\.config/.test(message)]),
      [['kv-path-unproven', true]],
    );
    assert.deepEqual(judge({}, unknown).codes, ['no-kv-transfer'], 'what did not move was not sent');
    const why = { ...unknown, kvUnknown: 'set this and that' };
    const [reason] = judge({ after: [worker({ nicBytes: 1000 + sent })] }, why).reasons;
    assert.match(reason?.message ?? '', /are unknown: set this and that$/);
  });

  it('leaves the run inconclusive when only the interface could be read, and EFA was to carry the KV cache', () => {
    const seen = (nicBytes: number) => worker({ nicBytes, nicSource: 'interface' });
    for (const moved of [0, sent / 10, sent]) {
      const { verdict, codes } = judge({ before: [seen(1000)], after: [seen(1000 + moved)] }, REAL);
      assert.equal(verdict, 'inconclusive');
      assert.deepEqual(codes, ['kv-path-unproven']);
    }
    const ethernet = { ...REAL, fabricDevices: undefined };
    assert.equal(judge({ before: [seen(1000)], after: [seen(1000 + sent)] }, ethernet).verdict, 'pass');
    const still = judge({ before: [seen(1000)], after: [seen(1000)] }, ethernet);
    assert.deepEqual([still.verdict, still.codes], ['inconclusive', ['kv-path-unproven']], 'requests passed it, too');
  });

  it('does not take the difference between an interface and EFA devices for traffic', () => {
    const before = [worker({ nicSource: 'interface' })];
    const { codes } = judge(
      { before, after: [worker({ nicBytes: 1000 + sent })] },
      { ...REAL, fabricDevices: undefined },
    );
    assert.deepEqual(codes, ['kv-path-unproven']);
  });

  it('fails the run when NIXL took another back end than the one that is asked for', () => {
    const loaded = (...kvBackends: string[]) => [worker({ nicBytes: 1000 + sent, kvBackends })];
    const { verdict, reasons } = judge({ after: loaded('UCX') }, REAL);
    assert.equal(verdict, 'fail');
    assert.deepEqual(reasons[0], {
      code: 'wrong-kv-back-end',
      message: 'NIXL in decode pod d loaded UCX instead of LIBFABRIC',
    });
    assert.equal(judge({ after: loaded('LIBFABRIC', 'UCX') }, REAL).verdict, 'pass');
    assert.equal(judge({ after: loaded('UCX') }, REAL, spec({ topology: 'aggregated' })).verdict, 'pass');
  });

  it('leaves the run inconclusive when a decode worker had not loaded a NIXL plug-in', () => {
    const moved = { nicBytes: 1000 + sent };
    const { verdict, reasons } = judge({ after: [worker({ ...moved, kvBackends: undefined })] }, REAL);
    assert.equal(verdict, 'inconclusive');
    assert.equal(reasons[0]?.code, 'kv-path-unproven');
    assert.match(reasons[0]?.message ?? '', /^no process of decode pod d had loaded a NIXL plug-in/);
    const after = [worker({ ...moved, kvBackends: undefined }), worker({ ...moved, uid: '2', pod: 'e' })];
    assert.match(judge({ after }, REAL).reasons[0]?.message ?? '', /^no process of decode pod d had/);
    const simulated = judge({ after: [worker({ kvBackends: undefined })] });
    assert.equal(simulated.verdict, 'pass');
  });

  it('decides with the engine’s own record, and is recorded with it', () => {
    const REQUESTS = 50;
    const bytes = 131_072 * (160 * REQUESTS + 32);
    const counts = { transfers: REQUESTS, bytes, seconds: 2 };
    const judged = (more: object, nic = bytes) =>
      judge(
        {
          before: [worker({ transferRecord: {} })],
          after: [worker({ nicBytes: 1000 + nic, transferRecord: { ...counts, ...more } })],
        },
        { ...REAL, recordedBy: 'decode', ceiling: { bytesPerSecond: 1e9, nics: 1, explanation: '1 NIC' } },
      );
    const { verdict, codes, kvTransfer } = judged({});
    assert.deepEqual([verdict, codes], ['pass', ['kv-transfer-seen', 'measured']]);
    assert.deepEqual(kvTransfer, { requests: 51, predictedBytes: bytes, engine: counts, nicReceived: bytes });
    assert.equal(judged({}, bytes * 0.9).verdict, 'inconclusive');
    assert.equal(judged({ seconds: 0.1 }).verdict, 'inconclusive');
    assert.equal(judged({ failedTransfers: 1 }).verdict, 'fail');
    assert.equal(judged({ transfers: undefined }).verdict, 'pass', 'a record that cannot be read');
    assert.equal(judge().kvTransfer, undefined);
  });

  it('is not looked for in an aggregated deployment', () => {
    const { verdict, codes } = judge({}, REAL, spec({ topology: 'aggregated' }));
    assert.equal(verdict, 'pass');
    assert.ok(!codes.includes('no-kv-transfer'));
  });
});

describe('a load run without results', () => {
  const failureOf = (lines: readonly string[], exitCode = 1, more: Partial<LoadEvidence> = {}) =>
    judge({ log: logOf('', lines, exitCode), ...more }).failure?.class;

  it('names the program of an export that the suite does not read, and does not retry', () => {
    const { failure } = judge({ log: logOf(fixture('aiperf/version-0.2.json')) });
    assert.equal(failure?.class, 'UnsupportedLoadTool');
    assert.match(failure?.message ?? '', /AIPerf 0\.3 or older/);
  });

  it('says what an export lacks, unless the log says why', () => {
    const half = EXPORT.slice(0, 500);
    assert.match(
      judge({ log: logOf(half) }).failure?.message ?? '',
      /^AIPerf's export in the load pod is not valid JSON/,
    );
    assert.equal(judge({ log: logOf(half, ['MemoryError']) }).failure?.class, 'OutOfMemory');
  });

  it('names a model that the frontend does not know', () => {
    assert.equal(failureOf(['ERROR 404: {"message":"Model not found","type":"Not Found","code":404}']), 'ModelUnknown');
  });

  it('names a frontend that does not answer', () => {
    assert.equal(failureOf(['Timed out after 5.0s probing http://frontend:8000']), 'FrontendUnreachable');
  });

  it('names a missing worker', () => {
    assert.equal(failureOf(['Model `tiny` is not ready to serve requests yet.']), 'NoWorker');
  });

  it('names a missing tokenizer', () => {
    assert.equal(failureOf(["HFValidationError: Repo id must be in the form 'repo_name'"]), 'TokenizerMissing');
  });

  it('names an image without AIPerf, memory, a time limit, and a pod that vanished', () => {
    assert.equal(failureOf(['aiperf: not found'], 127), 'ToolMissing');
    assert.equal(failureOf([], 137, { reason: 'OOMKilled' }), 'OutOfMemory');
    assert.equal(failureOf([], 137, { timedOut: true }), 'Hung');
    assert.equal(judge({ log: '' }).failure?.class, 'PeerLost');
  });

  it('is measured again when somebody deleted its pod, whatever half of it was exported, and not when all of it was', () => {
    const half = { ...(JSON.parse(EXPORT) as object), was_cancelled: true };
    assert.equal(judge({ deleted: true, log: logOf(JSON.stringify(half), [], 143) }).failure?.class, 'PeerLost');
    assert.equal(judge({ deleted: true }).failure, undefined);
  });

  it('quotes the last line of anything else', () => {
    assert.match(
      judge({ log: logOf('', ['Traceback', 'ValueError: x', ''], 1) }).failure?.message ?? '',
      /ValueError: x/,
    );
  });
});
