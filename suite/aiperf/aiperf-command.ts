import type { DynamoSpec } from '../spec/dynamo-spec.js';
import {
  type InferenceSpec,
  type LoadPoint,
  MAX_CONCURRENCY,
  MAX_REPETITIONS,
  requestsOf,
} from '../spec/inference-tests.js';

/** Seconds that AIPerf may wait for the model to be listed: the deployment served when the load was started. */
const WAIT_FOR_MODEL_SECONDS = 20;

/** No engine gives one user more tokens a second, by which the requests of a duration are estimated. */
const FASTEST_TOKENS_PER_SECOND = 500;

/** Prompts that AIPerf makes for a duration, at most: each costs it time before the load and memory during it. */
const MOST_PROMPTS = 20_000;
const MOST_PROMPT_TOKENS = 40_000_000;

/** Options by which the user chooses the prompts. */
const CHOOSES_PROMPTS =
  /^--(?:num-dataset-entries|num-prompts|conversation-num|num-conversations|num-sessions|input-file|public-dataset)(?:=|$)/;

/**
 * AIPerf's command line for one cell, without the artefact folder. Token counts are the server's: counting a mock's text
 * anew miscounts. The Hugging Face libraries must not be offline for a tokenizer that is a local folder.
 *
 * @param attempt from 1
 */
export function aiperfCommand(
  dynamo: Pick<DynamoSpec, 'model' | 'load'>,
  test: InferenceSpec,
  point: LoadPoint,
  url: string,
  attempt: number,
): string[] {
  const { model, load } = dynamo;
  const requests = requestsOf(test, point);
  return [
    'aiperf',
    'profile',
    '--model',
    model.name,
    '--tokenizer',
    load.tokenizer ?? model.path ?? model.name,
    '--url',
    url,
    '--endpoint-type',
    'chat',
    '--streaming',
    '--concurrency',
    String(point.concurrency),
    ...(requests === undefined
      ? ['--benchmark-duration', String(test.duration)]
      : ['--request-count', String(requests)]),
    '--isl',
    String(test.inputTokens),
    '--osl',
    String(test.outputTokens),
    ...(load.arguments.some((argument) => CHOOSES_PROMPTS.test(argument))
      ? []
      : ['--num-dataset-entries', String(promptsOf(test, point))]),
    '--extra-inputs',
    'ignore_eos:true',
    ...(test.warmupRequests > 0 ? ['--warmup-request-count', String(test.warmupRequests)] : []),
    '--random-seed',
    String(seedOf(test, point, attempt)),
    '--use-server-token-count',
    '--no-gpu-telemetry',
    '--no-server-metrics',
    '--wait-for-model-timeout',
    String(WAIT_FOR_MODEL_SECONDS),
    '--ui',
    'none',
    ...load.arguments,
  ];
}

/**
 * Prompts that no request has to share: one that comes twice is in the prefix cache, and its TTFT is none. AIPerf 0.13
 * makes 100 for a duration, else as many as requests, and goes around in them from the first warm-up request on
 * (config/flags/_converter_dataset.py, dataset/dataset_samplers.py). What an estimate misses, the verdict names.
 */
function promptsOf(test: InferenceSpec, point: LoadPoint): number {
  return test.warmupRequests + (requestsOf(test, point) ?? estimatedRequests(test, point));
}

function estimatedRequests({ duration = 0, inputTokens, outputTokens }: InferenceSpec, { concurrency }: LoadPoint) {
  const ofEachUser = Math.ceil((duration * FASTEST_TOKENS_PER_SECOND) / outputTokens) + 1;
  const affordable = Math.min(MOST_PROMPTS, Math.ceil(MOST_PROMPT_TOKENS / inputTokens));
  return Math.max(concurrency, Math.min(concurrency * ofEachUser, affordable));
}

/**
 * Other prompts in each load that a deployment gets: the same ones would be in its prefix cache. A test and its control
 * have the same at the same point.
 */
function seedOf({ seed }: InferenceSpec, { concurrency, repetition }: LoadPoint, attempt: number): number {
  const load = ((attempt - 1) * MAX_REPETITIONS + repetition - 1) * MAX_CONCURRENCY + concurrency - 1;
  return seed + load;
}
