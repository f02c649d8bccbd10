import type { Kysely } from 'kysely';
import { ec2InstanceType } from '../../suite/hardware/instance-type.js';
import { historyOfCells, setUpOf } from '../../suite/plan/history.js';
import type { SuiteHistory } from '../../suite/plan/test-forecast.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { secondsBetween } from '../../suite/units/time.js';
import type { Tables } from '../database/tables.js';
import { type CellRecord, isInferenceCell } from './any-cell.js';
import { orLeftOut } from './readable.js';
import { cellOfRun } from './run-cells.js';
import { readHead } from './runs.js';

/** Number of newest runs to read; the cluster may have changed since older ones. */
const NEWEST_RUNS = 20;

/** Times of earlier runs, and the number of runs in which they were measured. */
export interface CellTimes extends SuiteHistory {
  readonly runs: number;
}

/** A run, as far as its times depend on it. */
interface TimedRun {
  readonly startedAt: string;
  /** Instance types of its nodes. */
  readonly types: readonly string[];
  /** Time of its first cell. */
  firstCell?: string;
  /** Seconds of its cells, by the name of the test. */
  readonly cells: Map<string, number[]>;
}

/**
 * Reads how long set-up and the cells of the newest runs of a suite took. Excludes failed cells, and cells that a run took
 * over from another one. Excludes runs that were imported without trust, and runs and cells that cannot be read.
 *
 * @param instanceTypes use only runs on these; an empty list allows any instance type
 * @param runs number of newest runs to read. Default: 20
 */
export async function readCellTimes(
  kysely: Kysely<Tables>,
  {
    suite,
    instanceTypes,
    runs: newest = NEWEST_RUNS,
  }: { readonly suite: string; readonly instanceTypes: readonly string[]; readonly runs?: number },
): Promise<CellTimes> {
  const rows = await kysely
    .with('newest', (query) =>
      query
        .selectFrom('run')
        .select(['seq', 'started_at', 'workflow_id', 'run_id', 'record'])
        .where('suite', '=', suite)
        .where('trusted', '=', 1)
        .orderBy('started_at', 'desc')
        .orderBy('seq', 'desc')
        .limit(newest),
    )
    .selectFrom('newest')
    .innerJoin('run_cell', 'run_cell.run_seq', 'newest.seq')
    .innerJoin('cell', (join) =>
      join
        .onRef('cell.seq', '=', 'run_cell.cell_seq')
        .onRef('cell.workflow_id', '=', 'newest.workflow_id')
        .onRef('cell.run_id', '=', 'newest.run_id'),
    )
    .select(['newest.seq as run', 'newest.started_at as startedAt', 'newest.record as head', 'cell.record'])
    .select(['newest.workflow_id', 'newest.run_id'])
    .where('cell.failure_class', 'is', null)
    .execute();
  const runs = new Map<number, TimedRun>();
  for (const { run, startedAt, head, record, workflow_id, run_id } of rows) {
    const name = { workflowId: workflow_id, runId: run_id };
    await orLeftOut(async () => {
      const timed = runs.get(run) ?? { startedAt, types: typesOfPair(readHead(name, head)), cells: new Map() };
      const cell = cellOfRun(name, record);
      runs.set(run, timed);
      const types = isInferenceCell(cell) ? timed.types : typesOf(cell.provenance?.nodes ?? []);
      if (isOn(types, instanceTypes)) addCell(timed, cell);
    });
  }
  return historyOf([...runs.values()].filter(({ cells }) => cells.size > 0));
}

function addCell(run: TimedRun, cell: CellRecord): void {
  const spans = isInferenceCell(cell) ? [{ startedAt: cell.startedAt, endedAt: cell.recordedAt }] : cell.attempts;
  const seconds = spans.reduce((sum, { startedAt, endedAt }) => sum + secondsBetween(startedAt, endedAt), 0);
  const [first] = spans;
  if (!first || !(seconds > 0)) return;
  run.cells.set(cell.test, [...(run.cells.get(cell.test) ?? []), seconds]);
  if (run.firstCell === undefined || first.startedAt < run.firstCell) run.firstCell = first.startedAt;
}

function historyOf(runs: readonly TimedRun[]): CellTimes {
  const tests = new Set(runs.flatMap(({ cells }) => [...cells.keys()]));
  const cells = new Map(
    [...tests].map((test) => [
      test,
      historyOfCells(runs.flatMap((run) => [run.cells.get(test) ?? []].filter(isFilled))),
    ]),
  );
  const setUps = runs.map(({ startedAt, firstCell = startedAt }) => secondsBetween(startedAt, firstCell));
  return { cells, setUp: setUpOf(setUps.filter((seconds) => seconds > 0)), runs: runs.length };
}

function isFilled(values: readonly number[]): boolean {
  return values.length > 0;
}

function isOn(types: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  return types.length > 0 && types.every((type) => wanted.includes(type));
}

function typesOf(nodes: readonly { readonly instanceType: string }[]): string[] {
  return nodes.map(({ instanceType }) => ec2InstanceType(instanceType));
}

function typesOfPair({ setup: { pair, nodes } }: Pick<SuiteRecord, 'setup'>): string[] {
  return typesOf(nodes.filter(({ name }) => name === pair?.node1 || name === pair?.node2));
}
