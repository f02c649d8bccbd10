import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal } from '@temporalio/activity';
import type { Cluster } from '../../kubernetes/client/cluster.js';
import { ExecFailure, execInPod } from '../../kubernetes/client/exec.js';
import type { Pod } from '../../kubernetes/client/objects.js';
import { httpPostScript } from '../../suite/cluster/http-post-script.js';
import { type FirstAnswer, firstRequest, readAnswer } from '../../suite/judge/first-answer.js';
import { ANSWER_SECONDS, COMMAND_SECONDS, TRIES, TRY_PAUSE_SECONDS } from '../../suite/judge/first-request-limits.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { roleOf } from './deployment-pods.js';

/** Status of a request that asks for what the engine lacks. */
const REFUSED: ReadonlySet<string> = new Set(['400', '422', '501']);

/** Exit codes of a container without Python: the program cannot run, or is missing; -1: the container runtime refused it. */
const WITHOUT_PYTHON: ReadonlySet<number> = new Set([-1, 126, 127]);

/** What one try printed: the status, a space and the answer. Or the reason why its command could not run. */
export type Posted = { readonly printed: string } | { readonly unable: string };

/** Outcome of all tries: the answer, the problem of the last try that ran, or the reason why none could run. */
export type FirstOutcome =
  | { readonly answer: FirstAnswer }
  | { readonly problem: string }
  | { readonly unasked: string };

/**
 * Sends the first request to a deployment from one of its workers, and returns the answer. The frontend is healthy and lists
 * the model also when prefill and decode cannot exchange a KV cache, so only an answer shows that they can.
 *
 * @param url address of the frontend
 * @returns the answer, or the reason why no command can run in a worker, so that nothing is known
 * @throws {SuiteFailure} `FirstRequestFailed` with the error of the frontend
 */
export async function askFirst(
  cluster: Cluster,
  pods: readonly Pod[],
  { url, model }: { readonly url: string; readonly model: string },
): Promise<Exclude<FirstOutcome, { readonly problem: string }>> {
  const worker = pods.find((pod) => ['decode', 'worker'].includes(roleOf(pod)));
  if (!worker) return { unasked: 'the deployment has no decode worker' };
  const post = (body: object) => postFrom(cluster, worker, [`${url}/v1/chat/completions`, JSON.stringify(body)]);
  const outcome = await firstAnswer(post, model, cancellationSignal());
  if (!('problem' in outcome)) return outcome;
  throw new SuiteFailure(
    'FirstRequestFailed',
    `the frontend ${url} did not answer the first request (${TRIES} tries, at most ${formatDuration(ANSWER_SECONDS)} each): ${outcome.problem.slice(0, 1000)}`,
  );
}

/**
 * Sends the first request until it is answered. An engine can refuse a request for the probabilities of tokens, so the tries
 * after a refusal do without.
 *
 * @param post sends a body
 * @param pauseMs pause between two tries
 */
export async function firstAnswer(
  post: (body: object) => Promise<Posted>,
  model: string,
  signal: AbortSignal,
  pauseMs = TRY_PAUSE_SECONDS * 1000,
): Promise<FirstOutcome> {
  let probabilities = true;
  let problem: string | undefined;
  let unasked = '';
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await sleep(pauseMs, undefined, { signal });
    const posted = await post(firstRequest(model, { probabilities }));
    if ('unable' in posted) {
      unasked = posted.unable;
      continue;
    }
    const { printed } = posted;
    const [, status = '0', text = printed] = /^(\d+) ([\s\S]*)$/.exec(printed.trim()) ?? [];
    const answer = status === '200' ? readAnswer(text) : undefined;
    if (answer) return { answer };
    problem = status === '0' ? text : `HTTP ${status}: ${text}`;
    probabilities &&= !REFUSED.has(status);
  }
  return problem === undefined ? { unasked } : { problem };
}

/** Posts from a worker. A command that ended without its output, such as one of a worker that crashed, is a failed try. */
async function postFrom(cluster: Cluster, pod: Pod, parameters: readonly string[]): Promise<Posted> {
  const target = { namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name, container: 'main' };
  try {
    const { exitCode, output } = await execInPod(
      cluster,
      target,
      ['python3', '-c', httpPostScript(ANSWER_SECONDS), ...parameters],
      { timeoutMs: COMMAND_SECONDS * 1000, signal: cancellationSignal() },
    );
    if (exitCode === 0) return { printed: output };
    const ended = `python3 in pod ${pod.metadata.name} ended with exit code ${exitCode}: ${output.trim().slice(-300)}`;
    return WITHOUT_PYTHON.has(exitCode) ? { unable: ended } : { printed: `0 ${ended}` };
  } catch (error) {
    cancellationSignal().throwIfAborted();
    if (!(error instanceof ExecFailure)) throw error;
    return error.opened ? { printed: `0 ${error.message}` } : { unable: error.message };
  }
}
