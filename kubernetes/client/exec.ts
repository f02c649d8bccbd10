import { PassThrough, Readable } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Cluster } from './cluster.js';

/** A command in a container whose exit code is unknown. */
export class ExecFailure extends SuiteFailure {
  /** Whether the stream to the container was open, so that the command may have run. */
  readonly opened: boolean;

  constructor(message: string, opened: boolean, cause?: unknown) {
    super('ApiUnavailable', message, { cause });
    this.opened = opened;
  }
}

/**
 * Runs one short command in a container. Do not use it to measure: a broken stream loses the command's exit code. The
 * caller must therefore also check the output for proof that the command did its work.
 *
 * @param options.input text for the command's standard input, which is closed after it
 * @param options.timeoutMs time limit of the handshake and the command together, in milliseconds
 * @throws {ExecFailure} when no stream could be opened, or when it ended before the command's status arrived
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
  // Prevents an unhandled rejection: the promise may be rejected before it is awaited.
  status.catch(() => undefined);
  let opened = false;
  const failed = (message: string, cause?: unknown) => reject(new ExecFailure(`${what}: ${message}`, opened, cause));
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const ended = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const onAbort = () => failed(`did not end within ${options.timeoutMs} ms`);
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
    // The time limit of the command also limits the handshake.
    const socket = await Promise.race([opening, status.then(() => opening)]);
    opened = true;
    socket.on('close', () => setImmediate(() => failed('the stream was closed before the command ended')));
    socket.on('error', (error: Error) => failed(error.message, error));
    const exitCode = exitCodeOf(await status);
    return { exitCode, output: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof SuiteFailure) throw error;
    throw new ExecFailure(`${what}: ${handshakeMessage(error)}`, opened, error);
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
    : 'cannot open the stream; check the permission for pods/exec';
}
