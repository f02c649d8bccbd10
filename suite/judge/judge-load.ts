import { type InferenceSpec, type LoadPoint, requestsOf } from '../spec/inference-tests.js';
import { type LoadResult, parseAiperf } from '../tools/aiperf.js';
import { type LoadLog, readLoadLog } from '../tools/load-log.js';
import { formatShortPercent } from '../units/percent.js';
import { formatDuration } from '../units/units.js';
import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { Reason, ReasonCode, Verdict } from '../verdict/verdict.js';
import type { WorkerProbe } from './worker-probe.js';

/** The gates of phase 3: what must be true of a load run before its figures count. */

/** A worker of the cluster before or after the load. */
export interface WorkerState extends WorkerProbe {
  readonly role: string;
  readonly pod: string;
  readonly uid: string;
  readonly restarts: number;
}

/** All that a load run left. */
export interface LoadEvidence {
  readonly log: string;
  /** Kubernetes' reason for the pod's end: `OOMKilled`, … */
  readonly reason?: string | undefined;
  readonly timedOut: boolean;
  /** Somebody deleted the pod, or its node went away. */
  readonly deleted: boolean;
  readonly before: readonly WorkerState[];
  readonly after: readonly WorkerState[];
}

export interface LoadCircumstances {
  readonly simulated: boolean;
  /** The workers are given EFA devices, which are to carry the KV cache. */
  readonly efa: boolean;
  /** KV bytes of one prompt token; undefined when they are not known. */
  readonly bytesPerToken?: number | undefined;
  /** Why they are not known, and what to set; absent when there was no config of the model. */
  readonly kvUnknown?: string | undefined;
  /** NIXL back end that the KV cache is to take. */
  readonly transferBackend: string;
}

export interface LoadJudgement {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly load?: LoadResult;
  readonly failure?: FailureRecord;
}

const NO_CONFIG =
  'give dynamo.model.config, or a dynamo.model.path whose folder in the workers holds the model’s config.json';

/** Share of the KV bytes that the counters must have moved: requests at the edges of the load are not all in it. */
const LEAST_KV_SHARE = 0.5;

/**
 * Decides what a load run shows. HTTP 200 and exit code 0 are no success: AIPerf ends with 0 as long as one request
 * succeeded, and its latencies speak of those that did.
 */
export function judgeLoad(
  test: InferenceSpec,
  point: LoadPoint,
  evidence: LoadEvidence,
  circumstances: LoadCircumstances,
): LoadJudgement {
  const log = readLoadLog(evidence.log);
  const parsed = parseAiperf(log.files.get('profile_export_aiperf.json') ?? '');
  if ('failure' in parsed || (evidence.deleted && !parsed.result.complete)) {
    const failure = explainNoResult(log, evidence);
    return { verdict: 'fail', reasons: [{ code: 'failure', message: failure.message }], failure };
  }
  const { result: load } = parsed;
  const failed = [...countReasons(test, point, load, evidence), ...limitReasons(test, load)];
  const restarted = restartReasons(evidence);
  const doubts = doubtReasons(test, point, load);
  const transfer = transferReason(test, load, evidence, circumstances);
  const backends = backendReasons(test, evidence, circumstances);
  const reasons: Reason[] = [...failed, ...restarted, ...doubts, ...backends, ...(transfer ? [transfer] : [])];
  if (failed.length + restarted.length + backends.length > 0 || transfer?.code === 'no-kv-transfer') {
    return { verdict: 'fail', reasons, load };
  }
  if (doubts.length > 0 || transfer?.code === 'kv-path-unproven') return { verdict: 'inconclusive', reasons, load };
  return { verdict: 'pass', reasons: [...reasons, measured(load)], load };
}

function reason(code: ReasonCode, message: string): Reason {
  return { code, message };
}

function countReasons(test: InferenceSpec, point: LoadPoint, load: LoadResult, evidence: LoadEvidence): Reason[] {
  const { succeeded, failed } = load.requests;
  const found: Reason[] = [];
  const rate = failed / (succeeded + failed);
  if (rate > test.limits.errorRate) {
    const [worst] = [...load.errors].sort((a, b) => b.count - a.count);
    found.push(
      reason(
        'errors',
        `${failed} of ${succeeded + failed} requests failed (${formatShortPercent(rate)}, at most ${formatShortPercent(test.limits.errorRate)})${worst ? `: ${worst.count} × ${worst.message}` : ''}`,
      ),
    );
  }
  const sent = requestsOf(test, point);
  if (sent !== undefined && succeeded + failed < sent) {
    found.push(reason('lost-requests', `${sent} requests were to be sent, ${succeeded + failed} have an end`));
  }
  if (!load.complete || evidence.timedOut) {
    found.push(reason('lost-requests', 'the load run was ended before it was complete'));
  }
  return found;
}

function limitReasons(test: InferenceSpec, load: LoadResult): Reason[] {
  const limit = (name: string, most: number | undefined, value: number | undefined): Reason[] =>
    most !== undefined && value !== undefined && value > most
      ? [reason('slow', `${name}: 99 % within ${formatDuration(value)}, at most ${formatDuration(most)} is asked for`)]
      : [];
  return [
    ...limit('time to first token', test.limits.timeToFirstToken, load.timeToFirstToken?.p99),
    ...limit('time between tokens', test.limits.interTokenLatency, load.interTokenLatency?.p99),
  ];
}

/** Pods may go and come under the same Deployment: a new one is a restart too. */
function restartReasons({ before, after }: LoadEvidence): Reason[] {
  return before.flatMap((worker): Reason[] => {
    const now = after.find(({ uid }) => uid === worker.uid);
    if (!now) return [reason('worker-restarted', `${worker.role} pod ${worker.pod} was gone after the load`)];
    const restarts = now.restarts - worker.restarts;
    if (restarts <= 0) return [];
    return [reason('worker-restarted', `${worker.role} pod ${worker.pod} restarted ${restarts} times during the load`)];
  });
}

function doubtReasons(test: InferenceSpec, point: LoadPoint, load: LoadResult): Reason[] {
  const found: Reason[] = [];
  // Little's law: what is in flight on average is rate times latency.
  const delivered = load.requestsPerSecond * load.requestLatency.average;
  if (delivered < test.limits.concurrencyShare * point.concurrency) {
    found.push(
      reason(
        'low-concurrency',
        `${delivered.toFixed(1)} requests were in flight on average, ${point.concurrency} were to be`,
      ),
    );
  }
  if (load.outputTokens !== undefined) {
    const share = load.outputTokens / test.outputTokens;
    if (share < test.limits.outputShare || share > 2 - test.limits.outputShare) {
      found.push(
        reason(
          'wrong-output-length',
          `answers had ${load.outputTokens.toFixed(1)} tokens on average, ${test.outputTokens} were asked for`,
        ),
      );
    }
  }
  const sent = test.warmupRequests + load.requests.succeeded + load.requests.failed;
  if (load.prompts !== undefined && sent > load.prompts) {
    found.push(
      reason(
        'prompts-repeated',
        `${sent} requests had ${load.prompts} prompts: those that came twice were in the prefix cache, and TTFT is not that of a prompt. Give a number of requests, or more prompts by --num-dataset-entries in dynamo.load.arguments`,
      ),
    );
  }
  return found;
}

function transferReason(
  test: InferenceSpec,
  load: LoadResult,
  { before, after }: LoadEvidence,
  { simulated, efa, bytesPerToken, kvUnknown = NO_CONFIG }: LoadCircumstances,
): Reason | undefined {
  if (simulated) {
    return reason(
      'simulated-engine',
      'simulated engine: it pauses for the KV transfer and sends no KV bytes; no figure is Dynamo’s performance',
    );
  }
  if (test.topology === 'aggregated') return undefined;
  const decoders = before.filter(({ role }) => role === 'decode');
  const moved = decoders.map(({ uid, nicBytes, nicSource }) => {
    const now = after.find((worker) => worker.uid === uid);
    const same = now?.nicBytes !== undefined && now.nicSource === nicSource;
    return nicBytes === undefined || !same ? undefined : { source: nicSource, bytes: now.nicBytes - nicBytes };
  });
  const known = moved.filter((read) => read !== undefined);
  if (known.length < decoders.length || known.length === 0) {
    return reason('kv-path-unproven', 'the NIC counters of a decode pod could not be read before and after the load');
  }
  if (efa && known.some(({ source }) => source !== 'efa')) {
    return reason(
      'kv-path-unproven',
      'no EFA hw_counters could be read in a decode pod, and its interface says nothing about EFA: the node’s /sys must be at /host/sys in the pod, and the pod must have been given its devices',
    );
  }
  const total = known.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= 0)
    return reason('no-kv-transfer', 'the NIC counters of the decode pods did not move: no KV was transferred');
  if (bytesPerToken === undefined) {
    return reason(
      'kv-path-unproven',
      `the NICs of the decode pods moved ${mebibytes(total)}, and how many bytes of KV were to be sent is not known: ${kvUnknown}`,
    );
  }
  const expected = bytesPerToken * (load.inputTokens ?? test.inputTokens) * load.requests.succeeded;
  if (total < expected * LEAST_KV_SHARE) {
    const message = `the NICs of the decode pods moved ${mebibytes(total)}, ${mebibytes(expected)} of KV were to be sent${efa ? '' : ' (no EFA devices: counters of the interface)'}`;
    return reason(efa ? 'no-kv-transfer' : 'kv-path-unproven', message);
  }
  return reason('kv-transfer-seen', `the NICs of the decode pods moved ${mebibytes(total)} during the load`);
}

/** TensorRT-LLM that is not told otherwise, or whose image lacks the plugin, takes another NIXL back end without a word. */
function backendReasons(
  { topology }: InferenceSpec,
  { after }: LoadEvidence,
  { simulated, transferBackend }: LoadCircumstances,
): Reason[] {
  if (simulated || topology === 'aggregated') return [];
  return after.flatMap(({ role, pod, kvBackends = [] }): Reason[] => {
    if (kvBackends.length === 0 || kvBackends.includes(transferBackend)) return [];
    const message = `NIXL in ${role} pod ${pod} has loaded ${kvBackends.join(', ')}, not ${transferBackend}`;
    return [reason('wrong-kv-back-end', message)];
  });
}

function measured(load: LoadResult): Reason {
  const ttft = load.timeToFirstToken?.p50;
  const first = ttft === undefined ? '' : `time to first token ${formatDuration(ttft)} (median), `;
  return reason('measured', `${first}${load.outputTokensPerSecond.toFixed(1)} output tokens/s`);
}

const MESSAGES: readonly (readonly [RegExp, FailureRecord['class']])[] = [
  [/Failed to load tokenizer/, 'TokenizerMissing'],
  [/Model not found|model .{0,80} (?:not found|does not exist)|"code":\s*404|\b404\b.{0,40}Not Found/i, 'ModelUnknown'],
  [
    /HFValidationError|Repo id must be|Can't load tokenizer|tokenizer.{0,80}(?:not found|could not|fail)/i,
    'TokenizerMissing',
  ],
  [/is not ready to serve requests|Service temporarily unavailable|"code":\s*503/i, 'NoWorker'],
  [
    /Timed out after .{0,20} probing|Cannot connect to host|Connection refused|Name or service not known|ClientConnectorError|ServerDisconnected/i,
    'FrontendUnreachable',
  ],
];

function explainNoResult({ lines, files, exitCode }: LoadLog, evidence: LoadEvidence): FailureRecord {
  if (evidence.reason === 'OOMKilled') return failureRecord('OutOfMemory', 'AIPerf was killed for memory');
  if (evidence.deleted) return failureRecord('PeerLost', 'the load pod was deleted while it ran');
  if (evidence.timedOut) return failureRecord('Hung', 'AIPerf was still running at the time limit');
  const logged = (files.get('aiperf.log') ?? '').split('\n');
  const texts = [...(files.get('errors.txt') ?? '').split('\n'), ...logged, ...lines];
  for (const [pattern, failureClass] of MESSAGES) {
    const line = texts.find((text) => pattern.test(text));
    if (line) return failureRecord(failureClass, `"${line.trim().slice(0, 300)}"`);
  }
  if (exitCode === 127) return failureRecord('ToolMissing', 'the image has no aiperf (exit code 127)');
  if (exitCode === 2) return failureRecord('ToolOptions', lastLine(lines));
  if (exitCode === undefined) return failureRecord('PeerLost', 'the load pod was killed');
  return failureRecord(
    'Crashed',
    `AIPerf ended with exit code ${exitCode} and without results: ${logged.findLast((line) => line.includes('ERROR'))?.trim() ?? lastLine(lines)}`,
  );
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? 'no output';
}

function mebibytes(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toPrecision(4))} MiB`;
}
