import { PassThrough, Readable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Cluster } from './cluster.js';

/**
 * Runs one short command in a container. Never for anything that measures: a stream that is cut loses the command's
 * end, so the caller must also see in the output that the command did its work.
 *
 * @param input sent to the command's standard input, which is then closed
 * @throws {SuiteFailure} `ApiUnavailable` when the stream ended before the command's status came
 */
export async function execInPod(
  cluster: Cluster,
  target: { namespace: string; pod: string; container: string },
  command: readonly string[],
  options: { input?: string; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<{ exitCode: number; output: string }> {
  const output = new PassThrough();
  const chunks: Buffer[] = [];
  output.on('data', (chunk: Buffer) => chunks.push(chunk));
  const stdin = options.input === undefined ? null : Readable.from([Buffer.from(options.input)]);
  const what = `exec ${command[0]} in pod ${target.namespace}/${target.pod}`;

  const { promise: status, resolve, reject } = Promise.withResolvers<k8s.V1Status>();
  // It may be rejected before anybody waits for it.
  status.catch(() => undefined);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const ended = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const onAbort = () => reject(new SuiteFailure('ApiUnavailable', `${what}: no end within ${options.timeoutMs} ms`));
  ended.addEventListener('abort', onAbort, { once: true });
  const exec = new k8s.Exec(cluster.config);
  const opening = exec.exec(
    target.namespace,
    target.pod,
    target.container,
    [...command],
    output,
    output,
    stdin,
    false,
    resolve,
  );
  try {
    // A handshake that does not come is not waited for longer than the command.
    const socket = await Promise.race([opening, status.then(() => opening)]);
    socket.on('close', () =>
      setImmediate(() => reject(new SuiteFailure('ApiUnavailable', `${what}: the stream was cut`))),
    );
    socket.on('error', (error: Error) =>
      reject(new SuiteFailure('ApiUnavailable', `${what}: ${error.message}`, { cause: error })),
    );
    const exitCode = exitCodeOf(await status);
    return { exitCode, output: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof SuiteFailure) throw error;
    throw new SuiteFailure('ApiUnavailable', `${what}: ${handshakeMessage(error)}`, { cause: error });
  } finally {
    ended.removeEventListener('abort', onAbort);
    opening.then((socket) => socket.close()).catch(() => undefined);
  }
}

function exitCodeOf(status: k8s.V1Status): number {
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return cause?.message === undefined ? -1 : Number(cause.message);
}

function handshakeMessage(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' && message !== ''
    ? message
    : 'the stream could not be opened (is pods/exec allowed?)';
}
