import { fabricKindOf } from '../fabrics/registry.js';
import type { TransportTestSpec } from '../spec/transport-tests.js';
import { ownOutput, type RankLog } from '../tools/common/log-lines.js';
import { statementOf } from '../tools/common/log-prefix.js';
import { deepestCause, type FoundMessage, isConsequence } from '../tools/common/messages.js';
import { contentText } from '../tools/common/plugin-folder.js';
import { toolOf } from '../tools/registry.js';
import { formatDuration } from '../units/units.js';
import type { FailureKind } from '../verdict/classes/failure-kind.js';
import { FAILURES, type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { AttemptContext, RankEvidence } from './evidence.js';
import { crashCause, firstCause, followsFrom, isCause } from './first-cause.js';
import { isAbrupt, lastLines, type RankEnd } from './rank-end.js';
import { byEnd, type RankFacts, rankFacts } from './rank-facts.js';

/** Describes truncated logs; undefined when the logs of both ranks have their first and last line. */
export function truncation(ranks: readonly RankEvidence[], logs: readonly RankLog[]): string | undefined {
  const cut = ranks.filter((_, i) => !logs[i]?.complete).map(({ position }) => position);
  if (cut.length === 0) return undefined;
  const mixed = ranks.filter((_, i) => logs[i]?.mixed).map(({ position }) => position);
  if (mixed.length > 0) {
    return `the log of the rank on ${mixed.join(' and ')} contains the output of more than one pod: lines of another log are in it`;
  }
  return `the log of the rank on ${cut.join(' and ')} is truncated: the log was rotated, or the pod was killed`;
}

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
  const facts = rankFacts(input);
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
  return explainOwnEnd(input.test, facts, problem);
}

function namedFailure({ name, log }: RankFacts, { class: failureClass, line, hint }: FoundMessage, problem: string) {
  const { what = 'failed' } = FAILURES[failureClass] as FailureKind;
  const folders = failureClass === 'BackendUnavailable' && /plugin/i.test(line) ? log.plugins : [];
  const plugins = folders.map((folder) => `, and ${folder.folder} ${contentText(folder)}`).join('');
  return failureRecord(failureClass, `${name} ${what}: "${statementOf(line)}"${plugins}; ${problem}`, hint);
}

const SILENT_HINT = 'Check the last lines in the stored log of the rank that did not end';

/** Explains an attempt of which a rank ended by itself, without an error that names a cause. */
function explainOwnEnd(test: TransportTestSpec, facts: readonly RankFacts[], problem: string): FailureRecord {
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
  const [peer] = own;
  const silent = facts.find(({ end }) => end.kind === 'stopped');
  // A rank that has printed some of the rows, and ended, explains those that lack.
  if (peer && silent && toolOf(test).printedRows(test, ownOutput(peer.log)).length === 0) {
    const message = `${silent.name} did not end after ${peer.name} had ended with exit code 0, and the suite stopped it`;
    return failureRecord('Hung', `${message}; ${problem}`, SILENT_HINT);
  }
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
