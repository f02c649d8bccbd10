import type { Depth } from '../tools/common/messages.js';
import type { FailureClass } from '../verdict/failure.js';

/**
 * Messages of AIPerf, of the libraries in the load pod and of the frontend, each with its failure class. Sources: AIPerf
 * 0.13.0 (transports/aiohttp_client.py, common/readiness_probe.py, common/tokenizer_display.py, common/exceptions.py,
 * common/environment.py, controller/system_controller.py), cyclopts 4 (exceptions.py), and lib/llm/src/http/service of
 * ai-dynamo/dynamo.
 */

interface LoadMessage {
  readonly text: RegExp;
  readonly class: FailureClass;
  /**
   * `root`: the load pod itself could not send a request. `cause`: the answer to a request, or the reason why there was none.
   * `symptom`: AIPerf's statement that the load failed.
   */
  readonly depth: Depth;
  /** Another text that the output must contain, so that the message counts. */
  readonly when?: RegExp;
  /** Remedy for this message; default: the hint of the class. */
  readonly hint?: string;
}

/** Cause of a failure, with the line that reports it. */
export interface LoadCause {
  readonly class: FailureClass;
  readonly depth: Depth;
  readonly line: string;
  readonly hint?: string;
}

/** Maximum number of quoted characters. The body of an answer can have a megabyte. */
const LONGEST_LINE = 300;

/** Space and the frame that AIPerf and cyclopts draw around an error. */
const FRAME = /^[\s│]+|[\s│]+$/g;

export const MEMORY_HINT =
  'Increase `dynamo.load.memory`, or set fewer or shorter prompts; AIPerf needs more memory than its pod has';
export const OPTIONS_HINT =
  'Correct or remove the option in `dynamo.load.arguments`, or set `dynamo.load.image` to an image with AIPerf 0.8 or newer, which has all options that the suite passes';
export const OTHER_CPU_HINT =
  'Set `dynamo.load.image` to an image for the CPU of the nodes (amd64 or arm64); this one is for another CPU';
export const MISSING_HINT = 'Set `dynamo.load.image` to an image that contains AIPerf and all of its libraries';

/** Matches an HTTP status in a request error: in AIPerf's records (`"code":404`), its log, and `requestsFailed`. */
const status = (codes: string, ...texts: readonly string[]) =>
  new RegExp([`(?:"code": ?|\\bcode=)(?:${codes})\\b`, `^(?:${codes}) `, ...texts].join('|'), 'm');

/** Matches an attempt of the readiness probe, which AIPerf also logs when a later one succeeds. */
const probe = (text: string, failureClass: FailureClass): Omit<LoadMessage, 'depth'> => ({
  text: new RegExp(text),
  when: /Timed out after [\d.]{1,20}s (?:waiting|probing)/,
  class: failureClass,
});

/** Matches an error of the Hugging Face hub, but not the line about a request that its library repeats (`_http_backoff`). */
const raised = (text: string) => new RegExp(`^(?!.{0,2000}thrown while requesting).{0,1000}(?:${text})`, 'm');

const ROOTS: readonly Omit<LoadMessage, 'depth'>[] = [
  {
    // huggingface_hub and requests: the hub answered, but not with the file.
    text: raised(
      "\\b(?:429|5\\d\\d) (?:Client|Server) Error.{0,200}(?:huggingface\\.co|hf\\.co)|host='huggingface\\.co'.{0,200}Read timed out|ReadTimeout.{0,200}host='huggingface\\.co'",
    ),
    class: 'Crashed',
    hint: 'Set `dynamo.load.tokenizer` to a folder in the AIPerf image, or set `dynamo.model.tokenSecret`; the Hugging Face hub was overloaded, and the suite measures the load point again',
  },
  {
    text: /trust_remote_code=True|contains custom code which must be executed/,
    class: 'TokenizerMissing',
    hint: 'Add `--tokenizer-trust-remote-code` to `dynamo.load.arguments`, if you trust the code of the model; its tokenizer is a program',
  },
  {
    text: /\bMemoryError\b|\bstd::bad_alloc\b|died unexpectedly with exit code -9\b/,
    class: 'OutOfMemory',
    hint: MEMORY_HINT,
  },
  {
    text: /^(?:ModuleNotFoundError|ImportError): .{0,200}\b(?:tiktoken|sentencepiece|protobuf|blobfile)\b/im,
    class: 'TokenizerMissing',
    hint: 'Use an AIPerf image with the Python package that the message names; the tokenizer of the model needs it',
  },
  {
    // A module that AIPerf can do without is only a word in its log; the last line of a traceback begins with the error.
    text: /error while loading shared libraries: |: version [`']\S{1,80}' not found \(required by |No module named '?aiperf\b|^ModuleNotFoundError: /m,
    class: 'ToolMissing',
    hint: MISSING_HINT,
  },
  {
    text: /exec format error/i,
    class: 'ToolMissing',
    hint: OTHER_CPU_HINT,
  },
  {
    text: /^[ │]{0,4}(?:Unknown option: |Unknown command "|Unused Tokens: |Invalid values? |\d+ validation errors? for \w|.{0,80} requires an argument)|error: unrecognized arguments/m,
    class: 'ToolOptions',
    hint: OPTIONS_HINT,
  },
  {
    text: /GatedRepoError|gated repo\b|Gated Repository|Access to model .{0,200} is restricted/,
    class: 'TokenizerMissing',
    hint: 'Accept the terms of the model on the Hugging Face hub and set `dynamo.model.tokenSecret`, or set `dynamo.load.tokenizer` to a folder in the AIPerf image',
  },
  {
    text: raised(
      "LocalEntryNotFoundError|OfflineModeIsEnabled|Offline - Files Not Cached|couldn't connect to 'https?:|HuggingFace Hub Error|Max retries exceeded with url|host='huggingface\\.co'",
    ),
    class: 'TokenizerMissing',
    hint: 'Set `dynamo.load.tokenizer` to a folder in the AIPerf image, or open the network path from the nodes to the Hugging Face hub',
  },
  {
    text: /Failed to load tokenizer|HFValidationError|Repo id must be|Can't load tokenizer|RepositoryNotFoundError|AmbiguousTokenizerNameError|is not a valid model identifier|tokenizer.{0,80}(?:not found|could not|fail)/i,
    class: 'TokenizerMissing',
  },
  {
    // Files in /tmp are AIPerf's own.
    text: /^(?:FileNotFoundError: .{0,80}|.{0,200}PermissionError: .{0,80})'\/(?!tmp\/)/m,
    class: 'ToolOptions',
    hint: 'Correct the path in `dynamo.load.arguments`, or use an image that contains the file and whose user may use it',
  },
  {
    text: /No space left on device/,
    class: 'Crashed',
    hint: 'Free the disk of the node, or set fewer or shorter prompts; the suite measures the load point again',
  },
];

const CAUSES: readonly Omit<LoadMessage, 'depth'>[] = [
  { text: /Model not found|\bmodel .{0,80} (?:not found|does not exist)/i, class: 'ModelUnknown' },
  {
    text: /maximum context|context length|context_length_exceeded|prompt is too long|maximum (?:model|input|sequence) length|longer than the .{0,40}(?:length|context)|default_max_tokens \(|exceed.{0,120}max_(?:seq_len|num_tokens|model_len|input_len)/i,
    class: 'ContextTooLong',
  },
  { text: status('401|403'), class: 'FrontendUnauthorized' },
  {
    text: status('429|529', 'Too Many Requests', 'All workers are busy', 'ResourceExhausted'),
    class: 'FrontendOverloaded',
  },
  {
    text: status(
      '503',
      'is not ready to serve requests',
      'Service temporarily unavailable',
      'no instances found for endpoint',
    ),
    class: 'NoWorker',
  },
  probe('Probe to .{1,300} returned (?:401|403)\\b', 'FrontendUnauthorized'),
  probe('Probe to .{1,300} returned (?:429|529)\\b', 'FrontendOverloaded'),
  probe("Probe to .{1,300} returned 503\\b|Model '.{0,200}' not yet in ", 'NoWorker'),
  probe('/v1/models returned 404 and base URL returned ', 'EndpointUnknown'),
  { text: status('404|405', '\\b404\\b.{0,40}Not Found'), class: 'EndpointUnknown' },
  { text: status('400|413|415|422'), class: 'RequestRejected' },
  {
    text: status(
      '408|499|504',
      '"type": ?"(?:(?:Server|Socket)?TimeoutError|RequestSendTimeout|RequestCancellationError)"',
      '^(?:0 )?(?:(?:Server|Socket)?TimeoutError|RequestSendTimeout): (?!Timed out after)',
      'Error in aiohttp request: (?:Server|Socket)?TimeoutError',
    ),
    class: 'RequestTimeout',
  },
  {
    text: /Name or service not known|Temporary failure in name resolution|Name does not resolve|No address associated with hostname|ClientConnectorDNSError/,
    class: 'FrontendUnreachable',
    hint: 'Check the cluster DNS and the Service of the frontend, whose name does not resolve in the load pod; the suite measures the load point again',
  },
  {
    text: /No route to host|Network is unreachable|ConnectionTimeoutError|Connection timeout to host/,
    class: 'FrontendUnreachable',
    hint: 'Check the network policies and the network between the load pod and the frontend; the suite measures the load point again',
  },
  {
    text: /\[?SSL: |SSLCertVerificationError|ClientConnector(?:SSL|Certificate)Error|ClientSSLError/,
    class: 'EndpointUnknown',
    hint: 'Use http or https in `--url` as the frontend does, and an image that knows its certificate; the TLS handshake failed',
  },
  {
    text: /Invalid_?Ur[lL]|InvalidURL|NonHttpUrl/,
    class: 'EndpointUnknown',
  },
  {
    text: /Too many open files/,
    class: 'ToolOptions',
    hint: 'Use a lower concurrency, or increase the limit of open files (nofile) in the container runtime; the load pod can open no more connections',
  },
  {
    text: /Cannot assign requested address/,
    class: 'FrontendUnreachable',
    hint: 'Use a lower concurrency, or reuse connections; the load pod had no free port, and the suite measures the load point again',
  },
  {
    text: /Cannot connect to host|Connect call failed|Connection refused|ClientConnectorError|ServerDisconnected|Connection reset by peer|Broken pipe/i,
    class: 'FrontendUnreachable',
  },
  probe('Probe to .{1,300} returned connection error', 'FrontendUnreachable'),
  probe('Probe to .{1,300} returned 5\\d\\d\\b', 'RequestsFailed'),
  { text: status('5\\d\\d'), class: 'RequestsFailed' },
];

const SYMPTOMS: readonly Omit<LoadMessage, 'depth'>[] = [
  { text: /Timed out after .{0,20}(?:probing|waiting for model)/, class: 'FrontendUnreachable' },
  { text: /Configuration resolution failed: /, class: 'ToolOptions', hint: OPTIONS_HINT },
  { text: /All \d+ inference request\(s\) failed/, class: 'RequestsFailed' },
];

const atDepth = (depth: Depth, messages: readonly Omit<LoadMessage, 'depth'>[]) =>
  messages.map((message): LoadMessage => ({ ...message, depth }));

/** Messages from the deepest to the least deep. Within a depth, a message with more detail precedes a more general one. */
const MESSAGES: readonly LoadMessage[] = [
  ...atDepth('root', ROOTS),
  ...atDepth('cause', CAUSES),
  ...atDepth('symptom', SYMPTOMS),
];

/** Cuts a line to the length of a quotation, without space and frame. */
export function quotable(line: string): string {
  return line.slice(0, LONGEST_LINE).replace(FRAME, '');
}

/** Finds the deepest message in the lines, and the first line that has it. */
export function findCause(lines: readonly string[]): LoadCause | undefined {
  const output = lines.join('\n');
  for (const { text, when, class: failureClass, depth, hint } of MESSAGES) {
    if (when && !when.test(output)) continue;
    const at = output.search(text);
    if (at < 0) continue;
    const start = Math.max(output.lastIndexOf('\n', at) + 1, at - LONGEST_LINE / 2);
    const end = output.indexOf('\n', at);
    const line = quotable(output.slice(start, end < 0 ? undefined : end));
    return { class: failureClass, depth, line, ...(hint ? { hint } : {}) };
  }
  return undefined;
}

/**
 * Finds the cause of failed requests: that of the most frequent error that has one.
 *
 * @param errors most frequent first
 */
export function findRequestCause(errors: readonly string[]): LoadCause | undefined {
  for (const error of errors) {
    const cause = findCause([error]);
    if (cause) return cause;
  }
  return undefined;
}
