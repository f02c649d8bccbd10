import { type Kysely, sql } from 'kysely';
import { currentCell } from '../../suite/record/current-cell.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import type { Tables } from '../database/tables.js';
import type { RunName } from './run-cells.js';

/**
 * True for a warm-up cell, without parsing its record: within a JSON text, only a key can be followed by `":`, and no
 * other object of a cell has this key.
 */
const IS_WARM_UP = sql<boolean>`(cell.record like '%"warmUp":true%')`;

/** What the cells of one test of a run decide. */
export interface TestVerdict {
  /** Worst verdict of the cells that count; absent when the test has only warm-up cells. */
  readonly verdict?: Verdict;
  /** Failure of the first cell that failed: warm-up cells first, then by repetition. */
  readonly failure?: FailureRecord;
}

/** Counts the cells that are linked to a run, warm-up cells included, by test. A test without a cell is absent. */
export async function countCellsOfRun(kysely: Kysely<Tables>, run: RunName): Promise<ReadonlyMap<string, number>> {
  const rows = await kysely
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .select(({ fn }) => ['run_cell.test', fn.countAll<number>().as('cells')])
    .where('run.workflow_id', '=', run.workflowId)
    .where('run.run_id', '=', run.runId)
    .groupBy('run_cell.test')
    .execute();
  return new Map(rows.map(({ test, cells }) => [test, Number(cells)]));
}

/**
 * Reads the verdict and the first failure of each test of a run. Parses one record for each test that failed, however many
 * cells the run has. A test without a cell is absent.
 */
export async function verdictsOfRun(kysely: Kysely<Tables>, run: RunName): Promise<ReadonlyMap<string, TestVerdict>> {
  const groups = await cellsOf(kysely, run)
    .select(['run_cell.test', 'cell.verdict', IS_WARM_UP.as('warmUp')])
    .groupBy(['run_cell.test', 'cell.verdict', 'warmUp'])
    .execute();
  const failures = await firstFailures(kysely, run);
  const byTest = Map.groupBy(groups, ({ test }) => test);
  return new Map(
    [...byTest].map(([test, cells]): [string, TestVerdict] => {
      // SQLite has no booleans: it returns 0 or 1.
      const counted = cells.filter(({ warmUp }) => !warmUp).map(({ verdict }) => verdict as Verdict);
      const failure = failures.get(test);
      return [test, { ...(counted.length > 0 ? { verdict: worst(counted) } : {}), ...(failure ? { failure } : {}) }];
    }),
  );
}

async function firstFailures(kysely: Kysely<Tables>, run: RunName): Promise<ReadonlyMap<string, FailureRecord>> {
  const rows = await kysely
    .with('failed', () =>
      cellsOf(kysely, run)
        .where('cell.failure_class', 'is not', null)
        .select(({ fn }) => [
          'run_cell.test',
          'cell.seq',
          fn
            .agg<number>('row_number')
            .over((over) =>
              over
                .partitionBy('run_cell.test')
                .orderBy(IS_WARM_UP, 'desc')
                .orderBy('run_cell.repetition')
                .orderBy('run_cell.position'),
            )
            .as('place'),
        ]),
    )
    .selectFrom('failed')
    .innerJoin('cell', 'cell.seq', 'failed.seq')
    .select(['failed.test', 'cell.record'])
    .where('failed.place', '=', 1)
    .execute();
  return new Map(
    rows.flatMap(({ test, record }) => {
      const { failure } = currentCell(JSON.parse(record));
      return failure ? [[test, failure as FailureRecord] as const] : [];
    }),
  );
}

function cellsOf(kysely: Kysely<Tables>, { workflowId, runId }: RunName) {
  return kysely
    .selectFrom('run')
    .innerJoin('run_cell', 'run_cell.run_seq', 'run.seq')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .where('run.workflow_id', '=', workflowId)
    .where('run.run_id', '=', runId);
}
