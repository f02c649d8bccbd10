import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { httpPostScript } from '../../suite/cluster/http-post-script.js';
import { type FirstAnswer, firstRequest, readAnswer } from '../../suite/judge/first-answer.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { roleOf } from './deployment-pods.js';

/** Seconds for the answer, which includes the compilation of kernels by the first request. */
const ANSWER_SECONDS = 120;
/** Tries, because a frontend can refuse the first request while the last worker registers. */
const TRIES = 3;
/** Pause between two tries, for a worker that registers. */
const PAUSE_MS = 3000;
/** Status of a request that asks for what the engine lacks. */
const REFUSED: ReadonlySet<string> = new Set(['400', '422', '501']);

/**
 * Sends the first request to a deployment from one of its workers, and returns the answer. The frontend is healthy and lists
 * the model also when prefill and decode cannot exchange a KV cache, so only an answer shows that they can.
 *
 * @param url address of the frontend
 * @returns undefined when no command can run in a worker, so that nothing is known
 * @throws {SuiteFailure} `FirstRequestFailed` with the error of the frontend
 */
export async function askFirst(
  cluster: Cluster,
  pods: readonly Pod[],
  { url, model }: { readonly url: string; readonly model: string },
): Promise<FirstAnswer | undefined> {
  const worker = pods.find((pod) => ['decode', 'worker'].includes(roleOf(pod)));
  if (!worker) return undefined;
  const post = (body: object) => answerOf(cluster, worker, [`${url}/v1/chat/completions`, JSON.stringify(body)]);
  const outcome = await firstAnswer(post, model, cancellationSignal());
  if (outcome === undefined || 'answer' in outcome) return outcome?.answer;
  throw new SuiteFailure(
    'FirstRequestFailed',
    `the frontend ${url} did not answer the first request (${TRIES} tries, at most ${formatDuration(ANSWER_SECONDS)} each): ${outcome.problem.slice(0, 1000)}`,
  );
}

/**
 * Sends the first request until it is answered. An engine can refuse a request for the probabilities of tokens, so the tries
 * after a refusal do without.
 *
 * @param post sends a body, and returns the status, a space and the answer; undefined when no command can run
 * @param pauseMs pause between two tries
 * @returns the answer, or the problem of the last try
 */
export async function firstAnswer(
  post: (body: object) => Promise<string | undefined>,
  model: string,
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): Promise<{ readonly answer: FirstAnswer } | { readonly problem: string } | undefined> {
  let probabilities = true;
  let problem = '';
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await sleep(pauseMs, undefined, { signal });
    const printed = await post(firstRequest(model, { probabilities }));
    if (printed === undefined) return undefined;
    const [, status = '0', text = printed] = /^(\d+) ([\s\S]*)$/.exec(printed.trim()) ?? [];
    const answer = status === '200' ? readAnswer(text) : undefined;
    if (answer) return { answer };
    problem = status === '0' ? text : `HTTP ${status}: ${text}`;
    probabilities &&= !REFUSED.has(status);
  }
  return { problem };
}

async function answerOf(cluster: Cluster, pod: Pod, parameters: readonly string[]): Promise<string | undefined> {
  const target = { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name, container: 'main' };
  try {
    const { exitCode, output } = await execInPod(
      cluster,
      target,
      ['python3', '-c', httpPostScript(ANSWER_SECONDS), ...parameters],
      {
        timeoutMs: (ANSWER_SECONDS + 15) * 1000,
        signal: cancellationSignal(),
      },
    );
    return exitCode === 0 ? output : undefined;
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (error instanceof SuiteFailure) return undefined;
    throw error;
  }
}
