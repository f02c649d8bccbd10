import type { CellRecord } from '../../results/records/any-cell.js';
import type { InferenceCell } from '../../suite/record/inference-record.js';
import type { AttemptRecord, SuiteRecord, TestRecord, TransportCell } from '../../suite/record/record.js';
import { formatCount } from '../../suite/units/count.js';
import { secondsBetween } from '../../suite/units/time.js';
import { formatDuration } from '../../suite/units/units.js';

/** Kind of a bar in the timeline. */
export type BarKind = 'set-up' | 'attempt' | 'ranks' | 'load' | 'failed';

export interface Bar {
  readonly kind: BarKind;
  /** Index of the row. */
  readonly row: number;
  /** Seconds since the start of the run. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Timeline of a run: a row for the set-up, for each test in detail and for all others together, a bar for each attempt and
 * load point.
 */
export interface Timeline {
  /** Seconds of the whole run, and from its start to the first attempt. */
  readonly total: number;
  readonly setUp: number;
  readonly rows: readonly string[];
  readonly bars: readonly Bar[];
  readonly attempts: number;
  readonly failedAttempts: number;
  readonly hasLoads: boolean;
}

/** Maximum number of attempts for which bars show the time of the ranks. With more, bars are too thin. */
const MAX_ATTEMPTS_WITH_RANKS = 150;

/** An attempt with its row in the timeline. */
interface Placed {
  readonly row: number;
  readonly test: TestRecord;
  readonly cell: TransportCell;
  readonly attempt: AttemptRecord;
}

/**
 * Returns the timeline of a run; undefined when no attempt ran. Excludes cells that another run measured.
 *
 * @param detailed transport tests with a row of their own
 */
export function timelineOf(record: SuiteRecord, detailed: readonly TestRecord[]): Timeline | undefined {
  const at = (time: string) => secondsBetween(record.startedAt, time);
  const isOwn = ({ measuredBy }: CellRecord) =>
    measuredBy.workflowId === record.workflowId && measuredBy.runId === record.runId;
  const rowOfTest = new Map(detailed.map(({ name }, i) => [name, i + 1]));
  const others = record.tests.length - detailed.length;
  const rows = ['set-up', ...detailed.map(({ name }) => name), ...(others > 0 ? [formatCount(others, 'other')] : [])];
  const attempts = record.tests.flatMap((test) =>
    test.cells.filter(isOwn).flatMap((cell) => {
      const row = rowOfTest.get(test.name) ?? detailed.length + 1;
      return cell.attempts.map((attempt): Placed => ({ row, test, cell, attempt }));
    }),
  );
  const [first] = attempts.map(({ attempt }) => attempt.startedAt).sort();
  if (!first) return undefined;
  const loads = record.dynamo?.tests ?? [];
  const loadCells = loads.flatMap(({ cells }, i) =>
    cells.filter(isOwn).map((cell) => ({ row: rows.length + i, cell })),
  );
  const withRanks = attempts.length <= MAX_ATTEMPTS_WITH_RANKS;
  return {
    total: at(record.endedAt),
    setUp: at(first),
    rows: [...rows, ...loads.map(({ name }) => name)],
    bars: [
      { kind: 'set-up', row: 0, from: 0, to: at(first), text: `set-up: ${formatDuration(at(first))}` },
      ...attempts.flatMap((placed) => [attemptBar(placed, at), ...(withRanks ? ranksBars(placed, at) : [])]),
      ...loadCells.map(({ row, cell }) => loadBar(row, cell, at)),
    ],
    attempts: attempts.length,
    failedAttempts: attempts.filter(({ attempt }) => attempt.failure).length,
    hasLoads: loadCells.length > 0,
  };
}

type Clock = (time: string) => number;

function attemptBar({ row, test, cell, attempt }: Placed, at: Clock): Bar {
  const [from, to] = [at(attempt.startedAt), at(attempt.endedAt)];
  const text = `${attemptName(test, cell, attempt)}: ${formatDuration(to - from)}, ${endOf(cell, attempt)}`;
  return { kind: attempt.failure ? 'failed' : 'attempt', row, from, to, text };
}

/** Returns the bar for the time in which both ranks ran; empty when that time is unknown. */
function ranksBars({ row, test, cell, attempt }: Placed, at: Clock): Bar[] {
  const both = bothRanks(attempt);
  if (!both) return [];
  const [from, to] = [at(both.from), at(both.to)];
  const text = `${attemptName(test, cell, attempt)}: both ranks ran for ${formatDuration(to - from)}, ${endOf(cell, attempt)}`;
  return [{ kind: attempt.failure ? 'failed' : 'ranks', row, from, to, text }];
}

function loadBar(row: number, cell: InferenceCell, at: Clock): Bar {
  const { test, concurrency, repetition, startedAt, recordedAt, verdict, failure } = cell;
  const [from, to] = [at(startedAt), at(recordedAt)];
  const name = `${test}, concurrency ${concurrency}${repetition > 1 ? ` repetition ${repetition}` : ''}`;
  const text = `${name}: ${formatDuration(to - from)}, ${failure?.class ?? verdict}`;
  return { kind: failure ? 'failed' : 'load', row, from, to, text };
}

function attemptName({ name, cells }: TestRecord, { repetition }: TransportCell, { number }: AttemptRecord): string {
  return `${name}${cells.length === 1 ? '' : ` repetition ${repetition}`}, attempt ${number}`;
}

function endOf({ verdict }: TransportCell, { failure }: AttemptRecord): string {
  return failure ? failure.class : verdict;
}

function bothRanks({ ranks }: AttemptRecord): { from: string; to: string } | undefined {
  const from = ranks.flatMap(({ startedAt }) => (startedAt ? [startedAt] : [])).sort();
  const to = ranks.flatMap(({ finishedAt }) => (finishedAt ? [finishedAt] : [])).sort();
  const [last, first] = [from.at(-1), to[0]];
  return from.length === 2 && to.length === 2 && last && first && last < first ? { from: last, to: first } : undefined;
}
