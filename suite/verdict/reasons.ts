/** Effect of a reason code on the verdict of its cell. `note` does not change the verdict. */
export type ReasonEffect = 'pass' | 'fail' | 'inconclusive' | 'skipped' | 'note';

/** Scope of a reason code; `cell` is any cell. */
type ReasonScope = 'cell' | 'transport' | 'inference' | 'suite';

interface ReasonKind {
  readonly of: ReasonScope;
  readonly effect: ReasonEffect;
  readonly meaning: string;
}

/** All reason codes. Never change the meaning of a code. docs/validity.md is generated from this table. */
export const REASONS = {
  measured: {
    of: 'cell',
    effect: 'pass',
    meaning:
      'The figure is complete, took the expected path, is possible, and is not below the expectation of the spec.',
  },
  'below-expectation': {
    of: 'transport',
    effect: 'fail',
    meaning: 'The figure is valid and lower than `expect` allows.',
  },
  implausible: {
    of: 'transport',
    effect: 'inconclusive',
    meaning: 'The figure exceeds 102 % of the hardware ceiling: both ranks on one node, NVLink, or a wrong unit.',
  },
  'rows-above-ceiling': {
    of: 'transport',
    effect: 'note',
    meaning: 'Some rows other than the headline figure exceed the ceiling. Do not use these rows.',
  },
  'path-proven': {
    of: 'transport',
    effect: 'note',
    meaning: 'Names the NICs that carried the bytes and the share of each.',
  },
  'path-unproven': {
    of: 'transport',
    effect: 'inconclusive',
    meaning:
      'No counter shows the bytes: the counters of the NICs could not be read, do not count bytes, or moved too little, and no other device moved the bytes.',
  },
  'wrong-path': {
    of: 'transport',
    effect: 'fail',
    meaning:
      'The bytes took another path, by the counters of another device that moved them, or because both ranks ran on one node: TCP, another NIC, the loopback interface.',
  },
  'same-node': {
    of: 'transport',
    effect: 'note',
    meaning:
      'Both ranks ran on one node, as `placement` of the test says: a control over NVLink, PCIe or shared memory. Its figure has no ceiling and is never compared with the fabric.',
  },
  'nics-idle': {
    of: 'transport',
    effect: 'note',
    meaning: 'NICs that the test could use moved no bytes. The ceiling still includes them.',
  },
  'other-traffic': {
    of: 'transport',
    effect: 'note',
    meaning: 'The counters increased by more than the test sent: other traffic used the NICs.',
  },
  'link-differs': {
    of: 'transport',
    effect: 'note',
    meaning:
      'A NIC reports another link layer or rate than the fabric of the spec or of the instance type. The ceiling may be wrong, or the link slower than it should be.',
  },
  'ceiling-read': {
    of: 'transport',
    effect: 'note',
    meaning:
      'The ceiling is what the NICs of the probe pod report, because the instance type is unknown and the spec does not declare the NICs.',
  },
  'fabric-events': {
    of: 'cell',
    effect: 'note',
    meaning:
      'The NICs counted events that lower a figure, with their numbers: retransmissions, drops, errors of the link, unresponsive or impaired remotes.',
  },
  'rdma-write-emulated': {
    of: 'transport',
    effect: 'note',
    meaning:
      'The test writes to remote memory, and the NICs moved the bytes by sends: the library emulated the RDMA write, the likely cause of a low figure.',
  },
  'figures-disagree': {
    of: 'transport',
    effect: 'inconclusive',
    meaning:
      'The figures that the tool printed in the headline row contradict each other by more than their rounding: bandwidth, size, time and message rate.',
  },
  'figure-corrected': {
    of: 'transport',
    effect: 'note',
    meaning:
      'The tool counts the bytes of one device of several, and the suite multiplied its bandwidth by their number. Names the printed and the corrected figure. The figure counts only when the NIC counters confirm the bytes of all devices.',
  },
  'log-cut': {
    of: 'cell',
    effect: 'inconclusive',
    meaning:
      'A log is longer than the limit, so a part of it was not kept or not read. That part could have held other rows or errors.',
  },
  'parameters-differ': {
    of: 'transport',
    effect: 'inconclusive',
    meaning: 'The tool printed options that differ from those that the suite passed.',
  },
  'vram-as-host': {
    of: 'transport',
    effect: 'inconclusive',
    meaning: 'The library took GPU memory for host memory. The figure does not show a transfer of GPU memory.',
  },
  'rows-disagree': {
    of: 'transport',
    effect: 'inconclusive',
    meaning:
      'The same as `figures-disagree`, for rows other than the headline row. No figure of the cell enters the history or a comparison.',
  },
  'tcp-fallback': {
    of: 'transport',
    effect: 'note',
    meaning: 'The log shows that the library fell back to TCP: the likely cause of a low figure.',
  },
  'emulated-rma': {
    of: 'transport',
    effect: 'note',
    meaning: 'The log shows that the library emulates remote memory access: the likely cause of a low figure.',
  },
  'efa-through-ucx': {
    of: 'transport',
    effect: 'note',
    meaning: 'UCX drives the EFA devices: the likely cause of a low figure.',
  },
  'exit-code-after-table': {
    of: 'transport',
    effect: 'note',
    meaning: 'The tool ended with an error after its table was complete. The figure counts.',
  },
  'did-not-exit': {
    of: 'transport',
    effect: 'note',
    meaning: 'The table was complete, but a rank was still running at the time limit. The figure counts.',
  },
  errors: { of: 'inference', effect: 'fail', meaning: 'More requests failed than `limits.errorRate` allows.' },
  'lost-requests': {
    of: 'inference',
    effect: 'fail',
    meaning: 'Fewer requests completed than were sent, or the load ended early.',
  },
  'low-concurrency': {
    of: 'inference',
    effect: 'inconclusive',
    meaning: "Fewer requests were in flight than configured (Little's law); see `limits.concurrencyShare`.",
  },
  'wrong-output-length': {
    of: 'inference',
    effect: 'inconclusive',
    meaning: 'Answers are shorter or longer than `outputTokens`; see `limits.outputShare`.',
  },
  'metric-missing': {
    of: 'inference',
    effect: 'inconclusive',
    meaning:
      'AIPerf did not export a figure, or exported it in another unit. The figure is absent; the other figures are valid.',
  },
  'prompts-repeated': {
    of: 'inference',
    effect: 'inconclusive',
    meaning: 'There were more requests than prompts, so the prefix cache answered some of them.',
  },
  'worker-restarted': {
    of: 'inference',
    effect: 'fail',
    meaning: 'A frontend or worker pod restarted or was replaced during the load.',
  },
  'first-request-unsent': {
    of: 'inference',
    effect: 'note',
    meaning:
      'No command could run in a worker, so the suite sent no first request before the load: neither the answer nor its equality with the answer of the control was checked.',
  },
  'answer-not-compared': {
    of: 'inference',
    effect: 'note',
    meaning:
      'The answer to the first request was not compared with that of an aggregated engine. Names the cause: the test has no control, or this run has no answer of it from the same images.',
  },
  'no-kv-transfer': {
    of: 'inference',
    effect: 'fail',
    meaning: 'The NICs of the decode workers moved less than half of the KV cache.',
  },
  'kv-transfer-seen': {
    of: 'inference',
    effect: 'note',
    meaning: 'Names the number of bytes that the NICs of the decode workers moved during the load.',
  },
  'kv-path-unproven': {
    of: 'inference',
    effect: 'inconclusive',
    meaning:
      'The NIC counters of the decode workers could not be read, the KV bytes of a token are unknown, or a decode worker had no process that had loaded a NIXL plug-in.',
  },
  'metric-disagrees': {
    of: 'inference',
    effect: 'inconclusive',
    meaning:
      'Engine, NIXL and NICs counted different KV bytes: NIXL 2 % less or more than the engine, the NICs 2 % less, or more than headers, requests and other traffic explain. Names the bytes of each source, and the predicted ones. No comparison contains the point.',
  },
  'metric-impossible': {
    of: 'inference',
    effect: 'inconclusive',
    meaning:
      'By the engine’s own times, its KV transfers were faster than 102 % of the ceiling of the NICs. The times of the engine are not used.',
  },
  'kv-transfer-failed': {
    of: 'inference',
    effect: 'fail',
    meaning: 'The engine counted KV transfers that failed. No comparison contains the point.',
  },
  'kv-expired': {
    of: 'inference',
    effect: 'fail',
    meaning:
      'The engine counted requests whose KV cache the prefill worker released before it was read, or messages about a transfer that did not arrive. No comparison contains the point.',
  },
  'kv-record-unread': {
    of: 'inference',
    effect: 'note',
    meaning:
      'The engine keeps a record of its KV transfers, or NIXL’s counters are switched on, and they could not be read. Names the record, the worker and the reason.',
  },
  'kv-bytes-differ': {
    of: 'inference',
    effect: 'note',
    meaning:
      'The engine counted other KV bytes than predicted, by more than 2 %. Prefix caching, prompts of different lengths, or another data type of the KV cache can be the cause.',
  },
  'wrong-kv-back-end': {
    of: 'inference',
    effect: 'fail',
    meaning: 'NIXL in a worker loaded a back end other than `dynamo.transfer.backend`.',
  },
  'simulated-engine': {
    of: 'inference',
    effect: 'note',
    meaning: 'The engine is simulated and sends no KV bytes. The figure does not show the performance of Dynamo.',
  },
  slow: {
    of: 'inference',
    effect: 'fail',
    meaning: 'The 99th percentile of TTFT or of the inter-token latency exceeds its limit.',
  },
  failure: {
    of: 'cell',
    effect: 'fail',
    meaning: 'The cell, or a required test, has a failure; the record has its failure class.',
  },
  'suite-failure': {
    of: 'suite',
    effect: 'fail',
    meaning: 'The suite failed outside its tests; the record has the failure class.',
  },
  'cells-missing': {
    of: 'suite',
    effect: 'fail',
    meaning: 'The result store does not have all cells that the run recorded: its workers used different stores.',
  },
  'more-failures': {
    of: 'suite',
    effect: 'note',
    meaning: 'Counts the tests that did not pass and that no other reason names. The report lists all of them.',
  },
  'optional-failure': {
    of: 'suite',
    effect: 'note',
    meaning: 'A test with `"required": false` did not pass.',
  },
  'cluster-not-ready': {
    of: 'suite',
    effect: 'fail',
    meaning: 'Set-up found problems in the cluster; the record lists them with their remedies.',
  },
  cancelled: { of: 'suite', effect: 'fail', meaning: 'The suite run was cancelled.' },
  skipped: { of: 'suite', effect: 'skipped', meaning: 'A person skipped the test.' },
  'not-yet': { of: 'suite', effect: 'inconclusive', meaning: 'The run has not ended; the test has no verdict yet.' },
} as const satisfies Record<string, ReasonKind>;

export type ReasonCode = keyof typeof REASONS;

/** Codes of reasons with which the figure of a transport cell is not valid: no comparison contains it. */
export const INVALIDATING_REASONS: ReadonlySet<string> = new Set([
  'wrong-path',
  ...Object.entries<ReasonKind>(REASONS)
    .filter(([, { of, effect }]) => (of === 'transport' || of === 'cell') && effect === 'inconclusive')
    .map(([code]) => code),
]);
