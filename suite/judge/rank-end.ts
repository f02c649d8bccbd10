import type { LogLine } from '../tools/common/kept-lines.js';
import type { RankLog } from '../tools/common/log-lines.js';
import { statementOf } from '../tools/common/log-prefix.js';
import type { RankEvidence } from './evidence.js';

/**
 * How a rank ended:
 *
 * - `stopped`: the suite asked it to;
 * - `out-of-memory`, `killed`: the kernel, or a person;
 * - `removed`: its pod was deleted or its node was lost;
 * - `crashed`: by a signal of its own fault, such as SIGSEGV;
 * - `no-tool`: the image lacks the program, or it is for another CPU;
 * - `failed`: with another exit code;
 * - `done`: with exit code 0.
 */
export type EndKind = 'stopped' | 'out-of-memory' | 'killed' | 'removed' | 'crashed' | 'no-tool' | 'failed' | 'done';

export interface RankEnd {
  readonly kind: EndKind;
  /** Remedy, if the end itself tells one. */
  readonly hint?: string;
  /** What happened, as a predicate: `crashed with SIGSEGV (exit code 139)`. */
  readonly text: string;
  /** Seconds since 1970, by the clock of the node; absent when unknown. */
  readonly at?: number;
}

/** Exit code of a process that a signal ended is this plus the number of the signal (POSIX shell, `wait`). */
const SIGNAL_BASE = 128;

/** Signals of the kernel for a fault of the process itself, by number (signal(7)). */
const FAULTS: ReadonlyMap<number, string> = new Map([
  [5, 'SIGTRAP'],
  [6, 'SIGABRT'],
  [7, 'SIGBUS'],
  [8, 'SIGFPE'],
  [11, 'SIGSEGV'],
]);

/** Signal of a CPU that does not know an instruction of the program. Every attempt on this node ends with it. */
const ILLEGAL_INSTRUCTION = 4;

/** Signals with which another process ends a process. */
const KILLS: ReadonlyMap<number, string> = new Map([
  [9, 'SIGKILL'],
  [15, 'SIGTERM'],
]);

/** Exit codes of the shell for a program that it cannot run or find. */
const NO_TOOL: ReadonlySet<number> = new Set([126, 127]);

/** Determines how a rank ended from the status of its pod. */
export function rankEnd(rank: RankEvidence, log: Pick<RankLog, 'endedAt'>): RankEnd {
  const finished = Date.parse(rank.finishedAt ?? '') / 1000;
  const at = log.endedAt ?? (Number.isNaN(finished) ? undefined : finished);
  return { ...kindOf(rank), ...(at === undefined ? {} : { at }) };
}

const OTHER_CPU =
  'Use an image that was built for the CPU of the nodes (architecture, -march); the program contains an instruction that this CPU lacks';

/** Reasons that say no more than the exit code. */
const PLAIN_REASONS: ReadonlySet<string> = new Set(['Error', 'Completed']);

function kindOf({ exitCode, reason, endedBySuite }: RankEvidence): Omit<RankEnd, 'at'> {
  const why = reason === undefined || PLAIN_REASONS.has(reason) ? '' : `, ${reason}`;
  const code = `(exit code ${exitCode}${why})`;
  if (reason === 'OOMKilled') return { kind: 'out-of-memory', text: `exceeded its memory limit and was killed` };
  if (endedBySuite) return { kind: 'stopped', text: 'was stopped by the suite' };
  if (exitCode === undefined) {
    const how = reason ? ` (${reason})` : '';
    return { kind: 'removed', text: `lost its pod, which was deleted or whose node was lost${how}` };
  }
  const signal = exitCode - SIGNAL_BASE;
  if (signal === ILLEGAL_INSTRUCTION) return { kind: 'no-tool', text: `crashed with SIGILL ${code}`, hint: OTHER_CPU };
  const fault = FAULTS.get(signal);
  if (fault) return { kind: 'crashed', text: `crashed with ${fault} ${code}` };
  const kill = KILLS.get(signal);
  if (kill) return { kind: 'killed', text: `was killed with ${kill} ${code}` };
  if (NO_TOOL.has(exitCode)) return { kind: 'no-tool', text: `could not start the tool ${code}` };
  if (exitCode !== 0) return { kind: 'failed', text: `ended with ${code.slice(1, -1)}` };
  return { kind: 'done', text: 'ended with exit code 0' };
}

/** Whether an end came from outside the tool's own code path, so that the tool could not report its cause. */
export function isAbrupt({ kind }: RankEnd): boolean {
  return kind === 'crashed' || kind === 'killed' || kind === 'removed';
}

/** Matches lines that do not tell why a program crashed: the stack trace of UCX, and the last words of libfabric. */
const CRASH_NOISE = /^\s*(?:\d+\s+(?:0x[\da-f]+\s|\S*\()|={4}|Your application will now abort\(\)\.$)/;

const LAST_LINES = 3;
const LONGEST_QUOTE = 200;

/** Quotes the last lines that a rank printed before it was asked to stop; empty when it printed nothing. */
export function lastLines(lines: readonly LogLine[]): string {
  const own = lines.filter(({ text, afterStop }) => !afterStop && /[A-Za-z0-9]/.test(text));
  const telling = own.filter(({ text }) => !CRASH_NOISE.test(text));
  return (telling.length > 0 ? telling : own)
    .slice(-LAST_LINES)
    .map(({ text }) => `"${statementOf(text, LONGEST_QUOTE)}"`)
    .join(', ');
}
