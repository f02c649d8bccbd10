import assert from 'node:assert/strict';
import { explainNoResult, type LoadEnd } from '../../../../suite/aiperf/no-result.js';
import { FAILURES, type FailureClass, type FailureRecord } from '../../../../suite/verdict/failure.js';
import { fixtureLines } from '../../../support/fixtures.js';

const ENDED: LoadEnd = { timedOut: false, deleted: false };

interface Given {
  readonly lines?: readonly string[];
  /** Errors of the requests, as `load.sh` prints them. */
  readonly errors?: string;
  /** Null when the pod ended before AIPerf. */
  readonly exitCode?: number | null;
  readonly end?: Partial<LoadEnd>;
}

function explain({ lines = [], errors, exitCode = 1, end = {} }: Given): FailureRecord {
  const files = new Map(errors === undefined ? [] : [['errors.txt', errors]]);
  return explainNoResult(
    { lines, files, damaged: [], ...(exitCode === null ? {} : { exitCode }) },
    { ...ENDED, ...end },
  );
}

const error = (code: number | null, type: string, message = '') =>
  `     20 "error":${JSON.stringify({ code, type, message, cause: null })}`;

const answer = (code: number, type: string, message: string) =>
  error(code, type, JSON.stringify({ message, type, code }));

const TIMED_OUT =
  "TimeoutError: Timed out after 20.0s waiting for model 'tiny' to become ready at http://f:8000 (checked 4 time(s))";

/** What the load pod printed, the class, its retry, and a part of the hint. */
const CASES: readonly (readonly [string, Given, FailureClass, 'never' | 'rendezvous', RegExp])[] = [
  [
    'the kernel killed it for memory',
    { exitCode: 137, end: { reason: 'OOMKilled' } },
    'OutOfMemory',
    'never',
    /dynamo\.load\.memory/,
  ],
  [
    'Python had no memory',
    { lines: ['Traceback (most recent call last):', 'MemoryError'] },
    'OutOfMemory',
    'never',
    /dynamo\.load\.memory/,
  ],
  [
    'the kernel killed a process of AIPerf',
    { lines: ["Service process 'worker_0' (worker) died unexpectedly with exit code -9 (likely killed by signal 9)"] },
    'OutOfMemory',
    'never',
    /dynamo\.load\.memory/,
  ],
  ['it was killed', { exitCode: 137, end: { reason: 'Error' } }, 'PeerLost', 'rendezvous', /load pod/],
  ['it was killed with its script', { exitCode: null }, 'PeerLost', 'rendezvous', /load pod/],
  [
    'it was killed after a refused connection',
    { exitCode: null, lines: ['Connection refused'] },
    'PeerLost',
    'rendezvous',
    /load pod/,
  ],
  ['it was deleted', { exitCode: 143, end: { deleted: true } }, 'PeerLost', 'rendezvous', /load pod/],
  ['it did not end', { exitCode: 143, end: { timedOut: true } }, 'Hung', 'rendezvous', /timeout/],
  [
    'the image has no AIPerf',
    { exitCode: 127, lines: ['/dynamo-bench/load.sh: line 25: aiperf: not found'] },
    'ToolMissing',
    'never',
    /dynamo\.load\.image/,
  ],
  [
    'AIPerf is not executable',
    { exitCode: 126, lines: ['aiperf: Permission denied'] },
    'ToolMissing',
    'never',
    /dynamo\.load\.image/,
  ],
  [
    'the image has a part of AIPerf',
    { lines: ["ModuleNotFoundError: No module named 'aiperf'"] },
    'ToolMissing',
    'never',
    /dynamo\.load\.image/,
  ],
  [
    'AIPerf does not know an option',
    { lines: ['╭─ Error ─────╮', '│ Unknown option: "--isll". Did you mean "--isl"? │', '╰─────────────╯'] },
    'ToolOptions',
    'never',
    /dynamo\.load\.arguments/,
  ],
  [
    'AIPerf does not know a value',
    { lines: ['│ Invalid value "many" for --concurrency: unable to convert "many" into int. │'] },
    'ToolOptions',
    'never',
    /dynamo\.load\.arguments/,
  ],
  [
    'AIPerf exits with the code of wrong use',
    { exitCode: 2, lines: ['aiperf: wrong use'] },
    'ToolOptions',
    'never',
    /dynamo\.load\.arguments/,
  ],
  [
    'there is no tokenizer',
    { lines: ["│ Failed to load tokenizer 'no/such' │"] },
    'TokenizerMissing',
    'never',
    /dynamo\.load\.tokenizer/,
  ],
  [
    'the tokenizer cannot be downloaded',
    {
      lines: [
        "OSError: We couldn't connect to 'https://huggingface.co' to load the files",
        "│ Failed to load tokenizer 'meta/x' │",
      ],
    },
    'TokenizerMissing',
    'never',
    /network path/,
  ],
  [
    'the hub does not resolve',
    {
      lines: [
        "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded with url: /x (Name or service not known)",
      ],
    },
    'TokenizerMissing',
    'never',
    /network path/,
  ],
  [
    'the tokenizer needs a token',
    { lines: ['huggingface_hub.errors.GatedRepoError: 401 Client Error.'] },
    'TokenizerMissing',
    'never',
    /tokenSecret/,
  ],
  [
    'Dynamo does not know the model',
    { errors: answer(404, 'Not Found', 'Model not found') },
    'ModelUnknown',
    'never',
    /dynamo\.model\.name/,
  ],
  [
    'vLLM does not know the model',
    { errors: answer(404, 'NotFoundError', 'The model `other` does not exist.') },
    'ModelUnknown',
    'never',
    /dynamo\.model\.name/,
  ],
  ['the path does not exist', { errors: error(404, 'Not Found') }, 'EndpointUnknown', 'never', /endpoint/],
  ['the path has another method', { errors: error(405, 'Method Not Allowed') }, 'EndpointUnknown', 'never', /endpoint/],
  [
    'the context is too short',
    {
      errors: answer(
        400,
        'Bad Request',
        "This model's maximum context length is 2048 tokens. However, you requested 4096 tokens",
      ),
    },
    'ContextTooLong',
    'never',
    /inputTokens/,
  ],
  [
    'SGLang refuses the length',
    {
      errors: answer(
        400,
        'Bad Request',
        "The input (4096 tokens) is longer than the model's context length (2048 tokens).",
      ),
    },
    'ContextTooLong',
    'never',
    /inputTokens/,
  ],
  [
    'TensorRT-LLM refuses the length',
    {
      errors: answer(
        400,
        'Bad Request',
        'The sum of prompt length (4096.0) and query length exceeds max_num_tokens (2048)',
      ),
    },
    'ContextTooLong',
    'never',
    /inputTokens/,
  ],
  [
    'the request is rejected',
    { errors: answer(400, 'Bad Request', 'Validation: unknown field `foo`') },
    'RequestRejected',
    'never',
    /dynamo\.load\.arguments/,
  ],
  ['a key is missing', { errors: error(401, 'Unauthorized') }, 'FrontendUnauthorized', 'never', /--api-key/],
  ['a key is not enough', { errors: error(403, 'Forbidden') }, 'FrontendUnauthorized', 'never', /--api-key/],
  [
    'there are too many requests',
    { errors: error(429, 'Too Many Requests') },
    'FrontendOverloaded',
    'rendezvous',
    /concurrency/,
  ],
  [
    'Dynamo sheds load',
    { errors: answer(503, 'Service Unavailable', 'All workers are busy, please retry later') },
    'FrontendOverloaded',
    'rendezvous',
    /concurrency/,
  ],
  [
    'there is no worker',
    { errors: answer(503, 'Service Unavailable', 'Model `tiny` is not ready to serve requests yet.') },
    'NoWorker',
    'rendezvous',
    /workers/,
  ],
  [
    'the model is not listed',
    { lines: ["INFO - Model 'tiny' not yet in http://f:8000/v1/models (attempt 1), retrying in 5.0s", TIMED_OUT] },
    'NoWorker',
    'rendezvous',
    /workers/,
  ],
  [
    'the frontend does not become ready',
    { lines: ['INFO - Probe to http://f:8000/v1/models returned 503 (attempt 1), retrying in 5.0s', TIMED_OUT] },
    'NoWorker',
    'rendezvous',
    /workers/,
  ],
  [
    'the server has no models',
    {
      lines: [
        'INFO - /v1/models returned 404 and base URL returned 404 at http://f:8000 (attempt 1), retrying in 5.0s',
        TIMED_OUT,
      ],
    },
    'EndpointUnknown',
    'never',
    /endpoint/,
  ],
  [
    'no request has an answer in time',
    { errors: error(null, 'TimeoutError', 'TimeoutError()') },
    'RequestTimeout',
    'rendezvous',
    /--request-timeout-seconds/,
  ],
  [
    'each request is cancelled',
    { errors: error(499, 'RequestCancellationError', 'Request cancelled 5.000s after being sent') },
    'RequestTimeout',
    'rendezvous',
    /--request-timeout-seconds/,
  ],
  [
    'a proxy waits in vain',
    { errors: error(504, 'Gateway Timeout') },
    'RequestTimeout',
    'rendezvous',
    /--request-timeout-seconds/,
  ],
  [
    'nothing listens',
    { lines: fixtureLines('aiperf/frontend-down.txt') },
    'FrontendUnreachable',
    'rendezvous',
    /frontend/,
  ],
  [
    'there is no route',
    { errors: error(null, 'ClientConnectorError', 'Cannot connect to host f:8000 ssl:default [No route to host]') },
    'FrontendUnreachable',
    'rendezvous',
    /network policies/,
  ],
  [
    'the name is not known',
    {
      errors: error(
        null,
        'ClientConnectorDNSError',
        'Cannot connect to host f:8000 ssl:default [Name or service not known]',
      ),
    },
    'FrontendUnreachable',
    'rendezvous',
    /DNS/,
  ],
  [
    'the probe has no connection',
    {
      lines: [
        'INFO - Probe to http://f:8000/v1/models returned connection error (attempt 1), retrying in 5.0s',
        TIMED_OUT,
      ],
    },
    'FrontendUnreachable',
    'rendezvous',
    /frontend/,
  ],
  [
    'the engine fails',
    { errors: answer(500, 'Internal Server Error', 'worker panicked') },
    'RequestsFailed',
    'rendezvous',
    /workers/,
  ],
  [
    'all requests fail for an unknown reason',
    { lines: fixtureLines('aiperf/wrong-model.txt') },
    'RequestsFailed',
    'rendezvous',
    /workers/,
  ],
  [
    'all requests fail because of the model',
    { lines: fixtureLines('aiperf/wrong-model.txt'), errors: answer(404, 'Not Found', 'Model not found') },
    'ModelUnknown',
    'never',
    /dynamo\.model\.name/,
  ],
  ['AIPerf crashes', { lines: ['Traceback', 'ValueError: x', ''] }, 'Crashed', 'rendezvous', /load pod/],
  [
    'the tokenizer is a program',
    {
      lines: [
        'ValueError: Loading m requires you to execute the configuration file: set the option `trust_remote_code=True`',
      ],
    },
    'TokenizerMissing',
    'never',
    /--tokenizer-trust-remote-code/,
  ],
  [
    'the tokenizer needs a package',
    { lines: ["ModuleNotFoundError: No module named 'tiktoken'"] },
    'TokenizerMissing',
    'never',
    /Python package/,
  ],
  [
    'the image lacks a package',
    { lines: ["ModuleNotFoundError: No module named 'transformers'"] },
    'ToolMissing',
    'never',
    /dynamo\.load\.image/,
  ],
  [
    'the hub is overloaded',
    {
      lines: [
        'HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/m/tokenizer.json',
        'Failed to load tokenizer',
      ],
    },
    'Crashed',
    'rendezvous',
    /dynamo\.load\.tokenizer/,
  ],
  [
    'the hub does not answer in time',
    { lines: ["HTTPSConnectionPool(host='huggingface.co', port=443): Read timed out.", 'Failed to load tokenizer'] },
    'Crashed',
    'rendezvous',
    /dynamo\.load\.tokenizer/,
  ],
  [
    'the hub answered in the end, and the frontend did not',
    {
      lines: [
        "(HTTPSConnectionPool(host='huggingface.co', port=443): Read timed out.) thrown while requesting HEAD https://huggingface.co/m",
      ],
      errors: error(404, 'Not Found', ''),
    },
    'EndpointUnknown',
    'never',
    /--url/,
  ],
  [
    'the model is private',
    {
      lines: [
        'OSError: m is not a local folder and is not a valid model identifier listed on https://huggingface.co/models',
      ],
    },
    'TokenizerMissing',
    'never',
    /dynamo\.load\.tokenizer/,
  ],
  [
    'the disk is full',
    { lines: ["OSError: [Errno 28] No space left on device: '/results'"] },
    'Crashed',
    'rendezvous',
    /disk/,
  ],
  [
    'a file of its arguments is missing',
    { lines: ["FileNotFoundError: [Errno 2] No such file or directory: '/data/trace.jsonl'"] },
    'ToolOptions',
    'never',
    /path/,
  ],
  [
    'the image is for another architecture',
    { exitCode: 255, lines: ['exec /bin/sh: exec format error'] },
    'ToolMissing',
    'never',
    /arm64/,
  ],
  [
    'the script itself is for another architecture',
    { exitCode: null, lines: ['exec /bin/sh: exec format error'] },
    'ToolMissing',
    'never',
    /arm64/,
  ],
  [
    'the CPU lacks an instruction',
    { exitCode: 132, lines: ['Illegal instruction (core dumped)'] },
    'ToolMissing',
    'never',
    /CPU/,
  ],
  [
    'the load has too few file descriptors',
    { errors: error(null, 'ClientConnectorError', 'Cannot connect to host f:8000 ssl:default [Too many open files]') },
    'ToolOptions',
    'never',
    /concurrency/,
  ],
  [
    'the load has no free port',
    { errors: error(null, 'ClientConnectorError', 'Cannot connect to host f:8000 [Cannot assign requested address]') },
    'FrontendUnreachable',
    'rendezvous',
    /no free port/,
  ],
  [
    'the frontend speaks no TLS',
    { errors: error(null, 'ClientConnectorSSLError', 'Cannot connect to host f:8000 [[SSL: WRONG_VERSION_NUMBER]]') },
    'EndpointUnknown',
    'never',
    /http or https/,
  ],
  [
    'the URL has no scheme',
    { errors: error(null, 'InvalidUrlClientError', 'f:8000/v1') },
    'EndpointUnknown',
    'never',
    /--url/,
  ],
  [
    'the prompt is too long for vLLM, which answers 500',
    {
      errors: error(
        500,
        'Internal Server Error',
        'The decoder prompt (length 9000) is longer than the maximum model length of 8192',
      ),
    },
    'ContextTooLong',
    'never',
    /inputTokens/,
  ],
  [
    'the prompt is too long for TensorRT-LLM',
    {
      errors: error(
        500,
        'Internal Server Error',
        'default_max_tokens (-24) must be greater than 0, default_max_tokens (-24) = max_seq_len (8192)',
      ),
    },
    'ContextTooLong',
    'never',
    /inputTokens/,
  ],
];

describe('a load pod without a result', () => {
  for (const [what, given, failureClass, retry, hint] of CASES) {
    it(`is ${failureClass} when ${what}`, () => {
      const failure = explain(given);
      assert.equal(failure.class, failureClass, failure.message);
      assert.equal(FAILURES[failure.class].retry, retry);
      assert.match(failure.hint, hint);
      assert.match(failure.message, /load pod/);
      assert.doesNotMatch(failure.hint, /\brank/);
    });
  }

  it('quotes the first line with the deepest cause, without its frame', () => {
    const lines = ['All 20 inference request(s) failed', '│ Unknown option: "--isll". │', 'Unknown option: "--osll".'];
    assert.equal(
      explain({ lines, errors: error(503, 'Service Unavailable') }).message,
      'AIPerf in the load pod has no result: "Unknown option: "--isll"."',
    );
  });

  it('quotes the message of an exception, and not the source line of a traceback that names its class', () => {
    const lines = [
      'Traceback (most recent call last):',
      '  File "/opt/hub/utils/_validators.py", line 154, in validate_repo_id',
      '    raise HFValidationError(',
      '  File "/opt/transformers/tokenization.py", line 9, in load',
      '    logger.error("Failed to load tokenizer")',
      "huggingface_hub.errors.HFValidationError: Repo id must be in the form 'repo_name': '/models/none'.",
    ];
    const failure = explain({ lines });
    assert.equal(failure.class, 'TokenizerMissing');
    assert.match(failure.message, /Repo id must be .*'\/models\/none'/);
  });

  it('quotes a part of a long line', () => {
    for (const lines of [[`ERROR ${'x'.repeat(100_000)}`], [`${'x'.repeat(100_000)} MemoryError`]]) {
      const { message } = explain({ lines });
      assert.ok(message.length < 500);
      assert.match(message, /ERROR|MemoryError/);
    }
  });

  it('goes by the most frequent error of the requests', () => {
    const rare = answer(404, 'Not Found', 'Model not found').replace('20', '1');
    const errors = `${answer(503, 'Service Unavailable', 'Model `tiny` is not ready to serve requests yet.')}\n${rare}`;
    assert.equal(explain({ errors }).class, 'NoWorker');
  });

  it('does not blame a probe that succeeded later', () => {
    const lines = [
      "Model 'tiny' not yet in http://f:8000/v1/models (attempt 1), retrying in 5.0s",
      'Probe to http://f:8000/v1/models returned 503 (attempt 2), retrying in 5.0s',
      "Model 'tiny' ready at http://f:8000 after 3 attempt(s)",
      'ValueError: x',
    ];
    assert.equal(explain({ lines }).class, 'Crashed');
  });

  it('names the reason of Kubernetes for a pod that was killed with its script', () => {
    assert.equal(
      explain({ exitCode: null, end: { reason: 'Evicted' } }).message,
      'the load pod was killed before AIPerf had a result (Evicted)',
    );
  });
});
