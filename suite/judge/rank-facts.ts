import type { TransportTestSpec } from '../spec/transport-tests.js';
import type { LogLine } from '../tools/common/kept-lines.js';
import type { RankLog } from '../tools/common/log-lines.js';
import { type FoundMessage, findMessages } from '../tools/common/messages.js';
import { toolOf } from '../tools/registry.js';
import type { RankEvidence } from './evidence.js';
import { type RankEnd, rankEnd } from './rank-end.js';

/** A rank with its place in the timeline of the attempt. */
export interface RankFacts {
  readonly name: string;
  readonly log: RankLog;
  readonly end: RankEnd;
  /** Messages before the rank was asked to stop. Errors that it survived are warnings. */
  readonly found: readonly FoundMessage[];
}

/** Seconds by which the clocks of two nodes can differ, and by which a line can be late. */
export const CLOCK_SECONDS = 1;

/** Puts both ranks on one timeline. An error after which the tool printed further rows is only a warning. */
export function rankFacts({
  test,
  ranks,
  logs,
}: {
  readonly test: TransportTestSpec;
  readonly ranks: readonly RankEvidence[];
  readonly logs: readonly RankLog[];
}): RankFacts[] {
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

/** Orders ranks by their end; a rank whose end is unknown comes last. */
export function byEnd(a: RankFacts, b: RankFacts): number {
  const at = ({ end }: RankFacts) => end.at ?? Number.MAX_SAFE_INTEGER;
  return at(a) - at(b);
}
