import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReportAnswer, ReportRequest } from '../../reports/process/protocol.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

const PROGRAM = fileURLToPath(new URL('../../reports/process/main.js', import.meta.url));

/** Limits of a process that makes reports. */
export interface ReportLimits {
  /** Memory for objects, in MB. A run of 2,000 cells, the most of a suite, needs half of it. */
  readonly megabytes: number;
  /** Time for all tries together, in seconds; less than the time-out of the activity. */
  readonly seconds: number;
}

const LIMITS: ReportLimits = { megabytes: 160, seconds: 100 };

/** A killed process is started once again: the kernel may have needed its memory for another one. */
const MOST_TRIES = 2;

/** Maximum number of characters of the error output that are kept. */
const MAX_ERROR_CHARACTERS = 10_000;

/**
 * Makes the reports of a run in a separate process, so that the worker's heartbeats and memory do not depend on their
 * size. Returns the folder with the files.
 *
 * @param signal kills the process
 * @throws {SuiteFailure} `ReportFailed`, or the failure of the store that the process met
 */
export async function makeReports(
  request: ReportRequest,
  signal: AbortSignal,
  limits: ReportLimits = LIMITS,
): Promise<string> {
  const timeout = AbortSignal.timeout(limits.seconds * 1000);
  const stop = AbortSignal.any([signal, timeout]);
  for (let tries = 1; ; tries++) {
    const ended = await endOf(start(limits), request, stop);
    signal.throwIfAborted();
    if (timeout.aborted) throw failed(request, `it took longer than ${limits.seconds} s`);
    if (ended.answer) return folderOf(request, ended.answer);
    if (ended.killed && tries < MOST_TRIES) continue;
    throw failed(request, ended.error);
  }
}

/** How a process ended: with an answer, or with an error. */
interface ProcessEnd {
  readonly answer?: ReportAnswer;
  readonly killed: boolean;
  readonly error: string;
}

function start({ megabytes }: ReportLimits): ChildProcess {
  const options = [`--max-old-space-size=${megabytes}`, '--max-semi-space-size=2'];
  return spawn(process.execPath, [...options, PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Sends the request and waits for the end. The input stays open, because the process ends when it closes. */
async function endOf(child: ChildProcess, request: ReportRequest, stop: AbortSignal): Promise<ProcessEnd> {
  let [answer, errors] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (answer += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk).slice(-MAX_ERROR_CHARACTERS)));
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(`${JSON.stringify(request)}\n`);
  const kill = () => child.kill('SIGKILL');
  stop.addEventListener('abort', kill);
  if (stop.aborted) kill();
  try {
    return await new Promise((resolve) => {
      child.on('error', (error) => resolve({ killed: false, error: error.message }));
      child.on('close', (code, killedBy) => {
        if (code === 0) resolve({ answer: JSON.parse(answer) as ReportAnswer, killed: false, error: '' });
        else resolve({ killed: killedBy === 'SIGKILL', error: lastError(errors) ?? `ended with ${killedBy ?? code}` });
      });
    });
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

function folderOf(request: ReportRequest, answer: ReportAnswer): string {
  if ('folder' in answer) return answer.folder;
  const { class: failureClass, message, hint } = answer.failure;
  if (failureClass === 'ReportFailed') throw failed(request, message);
  throw new SuiteFailure(failureClass, message, { hint });
}

function failed({ run }: ReportRequest, why: string): SuiteFailure {
  return new SuiteFailure('ReportFailed', `the reports of run ${run} could not be made: ${why}`, {
    hint: `Run \`dynamo-bench report ${run} --write\` to make them; the results are in the store`,
  });
}

/** Returns the last line that names an error, or else the last line. Node.js prints a stack after the error. */
function lastError(output: string): string | undefined {
  const lines = output.split('\n').flatMap((line) => line.trim() || []);
  return lines.findLast((line) => /\b(fatal|error)\b/i.test(line)) ?? lines.at(-1);
}
