import type { DynamoSpec } from '../dynamo-spec.js';
import {
  type InferenceSpec,
  type LoadPoint,
  MOST_CONCURRENCY,
  MOST_REPETITIONS,
  requestsOf,
} from '../inference-tests.js';

/** Seconds that AIPerf may wait for the model to be listed: the deployment served when the load was started. */
const WAIT_FOR_MODEL_SECONDS = 20;

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
 * Other prompts in each load that a deployment gets: the same ones would be in its prefix cache. A test and its control
 * have the same at the same point.
 */
function seedOf({ seed }: InferenceSpec, { concurrency, repetition }: LoadPoint, attempt: number): number {
  const load = ((attempt - 1) * MOST_REPETITIONS + repetition - 1) * MOST_CONCURRENCY + concurrency - 1;
  return seed + load;
}
