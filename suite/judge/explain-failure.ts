import { fabricKindOf } from '../fabrics/registry.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import type { LogLine, RankLog } from '../tools/common/log-lines.js';
import {
  deepestCause,
  explains,
  type FoundMessage,
  findMessages,
  isConsequence,
  type Topic,
} from '../tools/common/messages.js';
import { contentText } from '../tools/common/plugin-folder.js';
import { statementOf } from '../tools/common/statement.js';
import { toolOf } from '../tools/registry.js';
import { formatDuration } from '../units/units.js';
import type { FailureKind } from '../verdict/classes/failure-kind.js';
import { FAILURES, type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { AttemptContext, RankEvidence } from './evidence.js';
import { isAbrupt, lastLines, type RankEnd, rankEnd } from './rank-end.js';

/** Describes truncated logs; undefined when the logs of both ranks have their first and last line. */
export function truncation(ranks: readonly RankEvidence[], logs: readonly RankLog[]): string | undefined {
  const cut = ranks.filter((_, i) => !logs[i]?.complete).map(({ position }) => position);
  if (cut.length === 0) return undefined;
  return `the log of the rank on ${cut.join(' and ')} is truncated: the log was rotated, or the pod was killed`;
}

/** A rank with its place in the timeline of the attempt. */
interface RankFacts {
  readonly name: string;
  readonly log: RankLog;
  readonly end: RankEnd;
  /** Messages before the rank was asked to stop. Errors that it survived are warnings. */
  readonly found: readonly FoundMessage[];
}

/** Seconds by which the clocks of two nodes can differ, and by which a line can be late. */
const CLOCK_SECONDS = 1;

/** Seconds within which an error of one rank can crash the other, while the first still runs. */
const CRASH_SECONDS = 10;

/**
 * Explains why an attempt has no complete table: what ended it first. The timeline has the messages of both ranks and their
 * ends. What a rank prints after its peer has gone, or after the suite has asked it to stop, is a consequence.
 *
 * @param problem what is missing: `3 of 15 rows; missing: …`
 * @param rows number of rows in the table
 */
export function explainFailure(input: {
  readonly test: TransportTestSpec;
  readonly ranks: readonly RankEvidence[];
  readonly logs: readonly RankLog[];
  readonly context: AttemptContext;
  readonly problem: string;
  readonly rows: number;
}): FailureRecord {
  const { context, problem } = input;
  const facts = factsOf(input);
  const ended = (kind: RankEnd['kind']) => facts.filter(({ end }) => end.kind === kind).sort(byEnd);
  const [oom] = ended('out-of-memory');
  if (oom) return failureRecord('OutOfMemory', `${oom.name} ${oom.end.text}; ${problem}`);

  const cause = firstCause(facts, context);
  if (cause) return namedFailure(cause.rank, cause.message, problem);
  const [noTool] = ended('no-tool');
  if (noTool) return failureRecord('ToolMissing', `${noTool.name} ${noTool.end.text}; ${problem}`, noTool.end.hint);
  const [abrupt] = facts
    .filter(({ end }) => isAbrupt(end) && !(end.kind === 'removed' && context.timedOut))
    .sort(byEnd);
  if (abrupt) {
    const named = abrupt.end.kind === 'crashed' ? crashCause(abrupt) : undefined;
    if (named) return namedFailure(abrupt, named, problem);
    const failureClass = abrupt.end.kind === 'crashed' ? 'Crashed' : 'PeerLost';
    return failureRecord(failureClass, `${abrupt.name} ${abrupt.end.text}${after(abrupt)}; ${problem}`);
  }
  if (context.etcdLost) {
    return failureRecord(
      'EtcdLost',
      `the etcd of the run was lost while the ranks ran, and their messages with it: its pod was deleted, replaced, or not ready for a minute; ${problem}`,
    );
  }
  if (context.timedOut || context.stalledFor !== undefined) return hung(input);
  return explainOwnEnd(facts, problem);
}

/**
 * Returns the message that explains a crash: the transfer error for which a library ended the program, or a warning that the
 * libraries do not fit together. Both are no cause by themselves, because a rank can also survive them.
 */
function crashCause({ found, end }: RankFacts): FoundMessage | undefined {
  const near = found.filter(({ at }) => at === undefined || end.at === undefined || end.at - at < CRASH_SECONDS);
  const library = found.filter(({ about, severity }) => [about].flat().includes('library') && severity !== 'info');
  return (
    deepestCause(near.filter(isPassingConsequence), { warnings: false }) ?? deepestCause(library, { warnings: true })
  );
}

/** Whether a message reports a lost peer or a failed transfer, after which a new attempt can succeed. */
function isPassingConsequence(message: FoundMessage): boolean {
  return isConsequence(message) && message.class !== 'Crashed' && FAILURES[message.class].retry !== 'never';
}

function factsOf({ test, ranks, logs }: Parameters<typeof explainFailure>[0]): RankFacts[] {
  const tool = toolOf(test);
  const before = logs.map(({ timeline }) => beforeStop(timeline, tool.stopLine));
  const lastRows = before.map((lines, i) => (logs[i]?.processes.size ? -1 : lastRowLine(test, lines)));
  const lastRowAt = Math.max(...before.map((lines, i) => lines[lastRows[i] ?? -1]?.at ?? Number.NEGATIVE_INFINITY));
  return ranks.flatMap((rank, i): RankFacts[] => {
    const [log, lines, lastRow = -1] = [logs[i], before[i], lastRows[i]];
    if (!log || !lines) return [];
    const survived = ({ index, at }: FoundMessage) =>
      index < lastRow || (at !== undefined && at < lastRowAt - CLOCK_SECONDS);
    const found = findMessages(tool, lines).map(
      (message): FoundMessage =>
        message.severity === 'error' && survived(message) ? { ...message, severity: 'warning' } : message,
    );
    const node = rank.node ? ` (${rank.node})` : '';
    return [{ name: `the rank on ${rank.position}${node}`, log, end: rankEnd(rank, log), found }];
  });
}

/**
 * Returns the index of the line with the last row of the table; -1 without rows. It is the end of the shortest output that
 * has all rows. Rows and errors of several processes have no order.
 */
function lastRowLine(test: TransportTestSpec, lines: readonly LogLine[]): number {
  const output = lines.map(({ text }) => text);
  const rowsIn = (length: number) => toolOf(test).printedRows(test, output.slice(0, length)).length;
  const all = rowsIn(output.length);
  let [without, enough] = [0, all === 0 ? 0 : output.length];
  while (enough - without > 1) {
    const middle = Math.floor((without + enough) / 2);
    if (rowsIn(middle) < all) without = middle;
    else enough = middle;
  }
  return enough - 1;
}

/** Returns the lines before the rank was asked to stop. */
function beforeStop(lines: readonly LogLine[], stopLine: string | undefined): LogLine[] {
  const own = lines.filter(({ afterStop }) => !afterStop);
  const stop = stopLine === undefined ? -1 : own.findIndex(({ text }) => text.startsWith(stopLine));
  return stop < 0 ? own : own.slice(0, stop);
}

interface Cause {
  readonly rank: RankFacts;
  readonly message: FoundMessage;
}

/** Returns the first error that ended the attempt and is no consequence; undefined without one. */
function firstCause(facts: readonly RankFacts[], context: AttemptContext): Cause | undefined {
  const causes = facts.flatMap((rank): Cause[] => {
    const message = causeOf(rank);
    const others = facts.filter((other) => other !== rank);
    return message && endedAttempt(rank, message, others, context) ? [{ rank, message }] : [];
  });
  return causes.sort((a, b) => (a.message.at ?? 0) - (b.message.at ?? 0))[0];
}

/**
 * Returns the error of a rank that can be the cause. A statement of the tool that a lost peer explains is none: NIXL forgets the
 * metadata of a rank whose connection is lost, and then the tool cannot create a transfer.
 */
function causeOf({ found }: RankFacts): FoundMessage | undefined {
  const message = deepestCause(found.filter(isCause), { warnings: false });
  const lost = found.filter((other) => isConsequence(other) && other.severity === 'error');
  return message && lost.some((other) => explains(other, message)) ? undefined : message;
}

/** Whether a message can name the cause. Some statements of a tool only say that it failed. */
function isCause(message: FoundMessage): boolean {
  return !isConsequence(message) && message.class !== 'Crashed';
}

/** Whether an error of a rank ended the attempt, and not an earlier end of the other rank or of etcd. */
function endedAttempt(
  rank: RankFacts,
  message: FoundMessage,
  others: readonly RankFacts[],
  { etcdLost }: AttemptContext,
): boolean {
  const ranOn = rank.end.kind === 'stopped';
  // No message of a tool explains why somebody killed it.
  if (rank.end.kind === 'killed' || rank.end.kind === 'removed') return false;
  if (etcdLost && (ranOn || [message.about].flat().includes('etcd'))) return false;
  return others.every(({ end }) => {
    if (!isAbrupt(end)) return !(end.kind === 'failed' && followsFrom(message, end));
    if (message.at === undefined || end.at === undefined) return !ranOn && !isDoubtful(message);
    const lead = end.at - message.at;
    if (lead < -CLOCK_SECONDS) return false;
    return !ranOn || (end.kind === 'crashed' && lead < CRASH_SECONDS);
  });
}

const PEER_TOPICS: readonly Topic[] = ['metadata', 'connection', 'transfer'];

/** Whether a step that needs the other rank failed without a reason that lies in this one. Its end can be the reason. */
function isDoubtful({ depth, about = [] }: FoundMessage): boolean {
  return depth !== 'root' && [about].flat().some((topic) => PEER_TOPICS.includes(topic));
}

/** Whether the end of the other rank explains a message: the rank printed it afterwards, about a step that needs the other one. */
function followsFrom(message: FoundMessage, { at }: RankEnd): boolean {
  return isDoubtful(message) && message.at !== undefined && at !== undefined && at < message.at - CLOCK_SECONDS;
}

function namedFailure({ name, log }: RankFacts, { class: failureClass, line, hint }: FoundMessage, problem: string) {
  const { what = 'failed' } = FAILURES[failureClass] as FailureKind;
  const folders = failureClass === 'BackendUnavailable' && /plugin/i.test(line) ? log.plugins : [];
  const plugins = folders.map((folder) => `, and ${folder.folder} ${contentText(folder)}`).join('');
  return failureRecord(failureClass, `${name} ${what}: "${statementOf(line)}"${plugins}; ${problem}`, hint);
}

/** Explains an attempt whose ranks ended by themselves, without an error that names a cause. */
function explainOwnEnd(facts: readonly RankFacts[], problem: string): FailureRecord {
  const own = facts.filter(({ end }) => end.kind !== 'stopped').sort(byEnd);
  for (const rank of [...own, ...facts]) {
    const consequence = deepestCause(rank.found.filter(isConsequence), { warnings: false });
    if (consequence) return namedFailure(rank, consequence, problem);
  }
  const failed = own.filter(({ end }) => end.kind === 'failed');
  const [first] = failed;
  const plausible = ({ found }: RankFacts) => found.filter((message) => !(first && followsFrom(message, first.end)));
  for (const rank of failed) {
    const hinted = deepestCause(plausible(rank).filter(isCause), { warnings: true });
    if (hinted) return namedFailure(rank, hinted, problem);
  }
  for (const rank of facts) {
    const statement = deepestCause(plausible(rank), { warnings: false });
    if (statement) return namedFailure(rank, statement, problem);
  }
  if (first) return failureRecord('Crashed', `${first.name} ${first.end.text}${after(first)}; ${problem}`);
  return failureRecord('Incomplete', problem);
}

function after({ log }: RankFacts): string {
  const lines = lastLines(log.timeline);
  return lines ? ` after ${lines}` : '';
}

const STALL_HINT =
  'Check the stored logs of both ranks; increase `stallTimeout` if the tool can print nothing for that long';

function hung({ test, ranks, context, problem, rows }: Parameters<typeof explainFailure>[0]): FailureRecord {
  const { stalledFor, fabric } = context;
  const { provider, hungHint } = fabricKindOf(fabric);
  const environment = ranks[0]?.environment ?? {};
  const hint =
    toolOf(test).hungHint?.(test, { environment, provider, rows }) ??
    (rows === 0 ? hungHint : undefined) ??
    (stalledFor === undefined ? undefined : STALL_HINT);
  const what =
    stalledFor === undefined
      ? 'the ranks were still running at the time limit'
      : `the ranks printed nothing for ${formatDuration(stalledFor)}, and the suite stopped them`;
  return failureRecord('Hung', `${what}; ${problem}`, hint);
}

/** Orders ranks by their end; a rank whose end is unknown comes last. */
function byEnd(a: RankFacts, b: RankFacts): number {
  const at = ({ end }: RankFacts) => end.at ?? Number.MAX_SAFE_INTEGER;
  return at(a) - at(b);
}
