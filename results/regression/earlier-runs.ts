import type { Kysely } from 'kysely';
import type { SuiteRecord } from '../../suite/record/record.js';
import type { Tables } from '../database/tables.js';
import { cellsOf, withoutTakenOver } from '../records/any-cell.js';
import { seriesOfTests } from '../records/history.js';
import { type LeftOut, orLeftOut } from '../records/readable.js';
import { cellOfRun } from '../records/run-cells.js';
import { type RunEntry, readRun, readRunHead, withCells } from '../records/runs.js';
import { figuresByName } from './compared-tests.js';
import { findComparison } from './run-comparison.store.js';

/** Results of an earlier run that a comparison needs, without cells that it reused from other runs. */
export interface EarlierRun {
  readonly entry: RunEntry;
  /** Record with at least the first measured cell of each test, which shows how the other cells were measured. */
  readonly record: SuiteRecord;
  /** Values of all cells by the name of the metric. */
  readonly figures: ReadonlyMap<string, readonly number[]>;
  /** Metrics that regressed in this run and were not acknowledged. */
  readonly regressed: ReadonlySet<string>;
}

/**
 * Reads the runs with which another run is compared. Reads the figures of all cells, but the large records of only a few.
 *
 * @param tests names of the compared tests
 * @param leftOut receives the failures of runs that cannot be read; the result lacks them
 */
export async function readEarlierRuns(
  kysely: Kysely<Tables>,
  entries: readonly RunEntry[],
  tests: readonly string[],
  leftOut?: LeftOut,
): Promise<EarlierRun[]> {
  const series = await seriesOfTests(kysely, tests);
  const names = new Map(series.map(({ seq, name }) => [seq, name]));
  const read = entries.map((entry) =>
    orLeftOut(async () => {
      const [measured, comparison] = await Promise.all([
        entry.endedAt === undefined ? measuredSoFar(kysely, entry) : measuredBy(kysely, entry, names),
        findComparison(kysely, entry),
      ]);
      const regressed = (comparison?.metrics ?? []).filter(
        ({ change, acknowledged }) => change === 'regressed' && !acknowledged,
      );
      return { entry, ...measured, regressed: new Set(regressed.map(({ metric }) => metric)) };
    }, leftOut),
  );
  return (await Promise.all(read)).filter((run) => run !== undefined);
}

type Measured = Pick<EarlierRun, 'record' | 'figures'>;

async function measuredBy(
  kysely: Kysely<Tables>,
  entry: RunEntry,
  names: ReadonlyMap<number, string>,
): Promise<Measured> {
  const { seq, stored } = await readRunHead(kysely, entry);
  // Exclude reused cells, which were measured in another run.
  const own = kysely
    .selectFrom('run_cell')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .where('run_cell.run_seq', '=', seq)
    .where('cell.workflow_id', '=', entry.workflowId)
    .where('cell.run_id', '=', entry.runId);
  const [values, firsts] = await Promise.all([
    own
      .innerJoin('measurement', 'measurement.cell_seq', 'cell.seq')
      .select(['measurement.series_seq as series', 'measurement.value as value'])
      .orderBy('run_cell.position')
      .execute(),
    own
      .select('cell.record')
      .where(
        'run_cell.position',
        'in',
        own
          .where(({ exists, selectFrom }) =>
            exists(selectFrom('measurement').select('value').whereRef('measurement.cell_seq', '=', 'cell.seq')),
          )
          .select(({ fn }) => fn.min('run_cell.position').as('position'))
          .groupBy('run_cell.test'),
      )
      .execute(),
  ]);
  const figures = new Map<string, number[]>();
  for (const { series, value } of values) {
    const name = names.get(series);
    if (name === undefined) continue;
    const ofMetric = figures.get(name);
    if (ofMetric) ofMetric.push(value);
    else figures.set(name, [value]);
  }
  const cells = firsts.map(({ record }) => cellOfRun(entry, record));
  return { record: withCells(stored, cells), figures };
}

/** Reads a run that has not ended. */
async function measuredSoFar(kysely: Kysely<Tables>, entry: RunEntry): Promise<Measured> {
  const record = withoutTakenOver((await readRun(kysely, entry)).record);
  const figures = figuresByName(cellsOf(record));
  return { record, figures: new Map([...figures].map(([name, { values }]) => [name, values])) };
}
