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
  const body = JSON.stringify(firstRequest(model));
  let problem = '';
  for (let tries = 0; tries < TRIES; tries++) {
    const printed = await answerOf(cluster, worker, [`${url}/v1/chat/completions`, body]);
    if (printed === undefined) return undefined;
    const [, status = '0', text = ''] = /^(\d+) ([\s\S]*)$/.exec(printed.trim()) ?? [];
    const answer = status === '200' ? readAnswer(text) : undefined;
    if (answer) return answer;
    problem = status === '0' ? text : `HTTP ${status}: ${text}`;
  }
  throw new SuiteFailure(
    'FirstRequestFailed',
    `the frontend ${url} did not answer the first request (${TRIES} tries, at most ${formatDuration(ANSWER_SECONDS)} each): ${problem.slice(0, 1000)}`,
  );
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
