import type { DynamoSpec } from '../spec/dynamo-spec.js';
import {
  type InferenceSpec,
  type LoadPoint,
  MAX_CONCURRENCY,
  MAX_REPETITIONS,
  requestsOf,
} from '../spec/inference-tests.js';

/**
 * Seconds for which AIPerf waits until the frontend lists the model. Short, because the load starts when the deployment
 * serves.
 */
const WAIT_FOR_MODEL_SECONDS = 20;

/** Upper bound of tokens per second for one user, to estimate the number of requests in a duration. */
const FASTEST_TOKENS_PER_SECOND = 500;

/** Maximum number of prompts for a load with a duration, because each costs time before the load and memory during it. */
const MAX_PROMPTS = 20_000;
const MAX_PROMPT_TOKENS = 40_000_000;

/** Options of AIPerf that select the prompts. */
const CHOOSES_PROMPTS =
  /^--(?:num-dataset-entries|num-prompts|conversation-num|num-conversations|num-sessions|input-file|public-dataset)(?:=|$)/;

/**
 * Builds AIPerf's command line for one cell, without the artifact folder. Token counts are the server's: tokenizing the
 * text of a simulated engine again miscounts. The Hugging Face libraries must not be offline, not even for a tokenizer in
 * a local folder.
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
 * Returns the number of prompts that is needed so that no two requests share one: a repeated prompt is in the prefix cache,
 * which shortens its TTFT. AIPerf 0.13 generates 100 for a duration, otherwise one for each request, and repeats them in a
 * cycle that includes the warm-up (config/flags/_converter_dataset.py, dataset/dataset_samplers.py). When the estimate is
 * too low, the verdict has the reason `prompts-repeated`.
 */
function promptsOf(test: InferenceSpec, point: LoadPoint): number {
  return test.warmupRequests + (requestsOf(test, point) ?? estimatedRequests(test, point));
}

function estimatedRequests({ duration = 0, inputTokens, outputTokens }: InferenceSpec, { concurrency }: LoadPoint) {
  const ofEachUser = Math.ceil((duration * FASTEST_TOKENS_PER_SECOND) / outputTokens) + 1;
  const affordable = Math.min(MAX_PROMPTS, Math.ceil(MAX_PROMPT_TOKENS / inputTokens));
  return Math.max(concurrency, Math.min(concurrency * ofEachUser, affordable));
}

/**
 * Returns a different seed for each load of a deployment, because repeated prompts would be in its prefix cache. A test and
 * its control have the same prompts at the same load point.
 */
function seedOf({ seed }: InferenceSpec, { concurrency, repetition }: LoadPoint, attempt: number): number {
  const load = ((attempt - 1) * MAX_REPETITIONS + repetition - 1) * MAX_CONCURRENCY + concurrency - 1;
  return seed + load;
}
