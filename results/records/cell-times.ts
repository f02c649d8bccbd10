import type { Kysely } from 'kysely';
import { ec2InstanceType } from '../../suite/hardware/instance-type.js';
import type { History, Range } from '../../suite/plan/test-forecast.js';
import { currentCell } from '../../suite/record/current-cell.js';
import type { TransportCell } from '../../suite/record/record.js';
import { secondsBetween } from '../../suite/units/time.js';
import type { Tables } from '../database/tables.js';
import { isInferenceCell } from './any-cell.js';

/** Number of newest runs to read; the cluster may have changed since older ones. */
const NEWEST_RUNS = 20;

/** Times of cells, and the number of runs in which they were measured. */
export interface CellTimes {
  /** Shortest and longest time of a cell with all its attempts, in seconds, by the name of its test. */
  readonly times: History;
  readonly runs: number;
}

/**
 * Reads how long the cells of the newest runs of a suite took. Excludes failed cells and inference cells.
 *
 * @param instanceTypes use only cells that were measured on these; an empty list allows any instance type
 */
export async function readCellTimes(
  kysely: Kysely<Tables>,
  { suite, instanceTypes }: { readonly suite: string; readonly instanceTypes: readonly string[] },
): Promise<CellTimes> {
  const rows = await kysely
    .with('newest', (query) =>
      query
        .selectFrom('run')
        .select('seq')
        .where('suite', '=', suite)
        .orderBy('started_at', 'desc')
        .orderBy('seq', 'desc')
        .limit(NEWEST_RUNS),
    )
    .selectFrom('newest')
    .innerJoin('run_cell', 'run_cell.run_seq', 'newest.seq')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .select(['newest.seq as run', 'cell.record'])
    .where('cell.failure_class', 'is', null)
    .execute();
  const times = new Map<string, Range>();
  const runs = new Set<number>();
  for (const { run, record } of rows) {
    const cell = currentCell(JSON.parse(record));
    if (isInferenceCell(cell) || !isOn(cell.provenance, instanceTypes)) continue;
    const { test, attempts } = cell;
    const seconds = attempts.reduce((sum, { startedAt, endedAt }) => sum + secondsBetween(startedAt, endedAt), 0);
    if (!(seconds > 0)) continue;
    const { low, high } = times.get(test) ?? { low: seconds, high: seconds };
    times.set(test, { low: Math.min(low, seconds), high: Math.max(high, seconds) });
    runs.add(run);
  }
  return { times, runs: runs.size };
}

function isOn(provenance: TransportCell['provenance'], instanceTypes: readonly string[]): boolean {
  if (instanceTypes.length === 0) return true;
  return provenance?.nodes.every(({ instanceType }) => instanceTypes.includes(ec2InstanceType(instanceType))) ?? false;
}
