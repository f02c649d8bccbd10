import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { LoadLog } from './load-log.js';
import {
  findCause,
  findRequestCause,
  type LoadCause,
  MEMORY_HINT,
  MISSING_HINT,
  OPTIONS_HINT,
  OTHER_CPU_HINT,
  quotable,
} from './messages.js';

/** How the load pod ended. */
export interface LoadEnd {
  /** Kubernetes' reason for the end of the pod: `OOMKilled`, … */
  readonly reason?: string | undefined;
  readonly timedOut: boolean;
  /** True when the pod was deleted or its node was removed. */
  readonly deleted: boolean;
}

/** Exit codes of the shell: the command was not found or is not executable. */
const NO_COMMAND: readonly number[] = [126, 127];
/** Exit codes of a process that SIGKILL or SIGTERM ended. */
const KILLED: readonly number[] = [137, 143];
/** Exit code of a process with an instruction that the CPU lacks (SIGILL). */
const ILLEGAL_INSTRUCTION = 132;
/** Exit code of an argument parser. AIPerf's own parser (cyclopts) exits with 1, and its message tells. */
const WRONG_USAGE = 2;

/** Classes that only state that the result is missing. A line of the log can name the reason. */
const VAGUE: ReadonlySet<FailureRecord['class']> = new Set(['Incomplete', 'RequestsFailed']);

/** Classes that explain the end of the load pod itself, however it ended. */
const BEFORE_ITS_END: ReadonlySet<FailureRecord['class']> = new Set(['OutOfMemory', 'ToolMissing']);

/** Lines of `errors.txt` that are searched; the script prints the 20 most frequent errors. */
const MOST_ERRORS = 1000;

const LOST_HINT = 'Check the events of the load pod and of its node; the suite measures the load point again';
const CRASHED_HINT = 'Check the stored log of the load pod; the suite measures the load point again';

/**
 * Names the failure of a load without a result. Statements of Kubernetes take precedence over the export, and the export
 * over the log.
 *
 * @param exported failure that the export shows; absent without an export
 */
export function explainNoResult(log: LoadLog, end: LoadEnd, exported?: FailureRecord): FailureRecord {
  if (end.reason === 'OOMKilled') {
    return failureRecord(
      'OutOfMemory',
      'the load pod exceeded its memory limit and was killed (OOMKilled)',
      MEMORY_HINT,
    );
  }
  if (end.deleted) return failureRecord('PeerLost', 'the load pod was deleted while it ran', LOST_HINT);
  if (end.timedOut) return failureRecord('Hung', 'AIPerf in the load pod was still running at the time limit');
  if (exported && !VAGUE.has(exported.class)) return exported;
  const cause = causeOf(log);
  if (cause && BEFORE_ITS_END.has(cause.class)) return ofCause(cause);
  return killed(log, end) ?? (cause && ofCause(cause)) ?? ofExitCode(log) ?? exported ?? crashed(log);
}

/** Finds why the result is missing: the load pod could not send requests, the requests failed, or AIPerf reports a failure. */
function causeOf(log: LoadLog): LoadCause | undefined {
  const logged = findCause(linesOf(log));
  if (logged?.depth === 'root') return logged;
  return findRequestCause((log.files.get('errors.txt') ?? '').split('\n', MOST_ERRORS)) ?? logged;
}

function linesOf({ lines, files }: LoadLog): string[] {
  return withoutSource([...(files.get('aiperf.log') ?? '').split('\n'), ...lines]);
}

/** Removes the source lines of Python's tracebacks, which name exceptions without their message. */
function withoutSource(lines: readonly string[]): string[] {
  return lines.filter(
    (line, i) =>
      !/^\s*File ".{1,500}", line \d+, in /.test(lines[i - 1] ?? '') && !/\braise [A-Z]\w{0,80}\b/.test(line),
  );
}

function ofCause({ class: failureClass, line, hint }: LoadCause): FailureRecord {
  return failureRecord(failureClass, `AIPerf in the load pod has no result: "${line}"`, hint);
}

function killed({ exitCode }: LoadLog, { reason }: LoadEnd): FailureRecord | undefined {
  if (exitCode !== undefined && !KILLED.includes(exitCode)) return undefined;
  const how = exitCode === undefined ? reason : `exit code ${exitCode}`;
  const message = `the load pod was killed before AIPerf had a result${how ? ` (${how})` : ''}`;
  return failureRecord('PeerLost', message, LOST_HINT);
}

function ofExitCode({ exitCode, lines }: LoadLog): FailureRecord | undefined {
  if (exitCode === undefined) return undefined;
  if (NO_COMMAND.includes(exitCode)) {
    const message = `the image of the load pod has no aiperf that runs (exit code ${exitCode}): "${quotable(lastLine(lines))}"`;
    return failureRecord('ToolMissing', message, MISSING_HINT);
  }
  if (exitCode === ILLEGAL_INSTRUCTION) {
    return failureRecord(
      'ToolMissing',
      `AIPerf in the load pod crashed with SIGILL (exit code ${exitCode})`,
      OTHER_CPU_HINT,
    );
  }
  if (exitCode !== WRONG_USAGE) return undefined;
  return failureRecord(
    'ToolOptions',
    `AIPerf in the load pod refused its command line (exit code ${exitCode}): "${quotable(lastLine(lines))}"`,
    OPTIONS_HINT,
  );
}

function crashed(log: LoadLog): FailureRecord {
  const error = linesOf(log).findLast((line) => line.includes('ERROR')) ?? lastLine(log.lines);
  const message = `AIPerf in the load pod exited with code ${log.exitCode} and without results: "${quotable(error)}"`;
  return failureRecord('Crashed', message, CRASHED_HINT);
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== '') ?? 'no output';
}
