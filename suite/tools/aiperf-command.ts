import type { DynamoSpec } from '../dynamo-spec.js';
import { type InferenceSpec, type LoadPoint, requestsOf } from '../inference-tests.js';

/** Seconds that AIPerf may wait for the model to be listed: the deployment served when the load was started. */
const WAIT_FOR_MODEL_SECONDS = 20;

/**
 * AIPerf's command line for one cell, without the artefact folder. Token counts are the server's: counting a mock's text
 * anew miscounts. The Hugging Face libraries must not be offline for a tokenizer that is a local folder.
 */
export function aiperfCommand(
  dynamo: Pick<DynamoSpec, 'model' | 'load'>,
  test: InferenceSpec,
  point: LoadPoint,
  url: string,
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
    // Other prompts in each repetition: the same ones would be in the prefix cache.
    '--random-seed',
    String(test.seed + point.repetition - 1),
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
