import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.js';
import type { CellRecord } from '../records/any-cell.js';
import type { ResultStore } from '../store.js';
import { FORMAT, FORMAT_VERSION, type Line } from './export-line.js';

type RunRow = Extract<Line, { kind: 'run' }>['row'];

/** Number of cells in one read, because the record of a cell is large. */
const ROWS_AT_A_TIME = 100;

/** Yields the lines of a consistent snapshot of the store. The same store gives the same lines. */
export function exportLines(store: ResultStore): AsyncGenerator<string> {
  return store.snapshot(linesOf);
}

async function* linesOf(kysely: Kysely<Tables>): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  for await (const line of thingsOf(kysely)) {
    counts[line.kind] = (counts[line.kind] ?? 0) + 1;
    yield `${JSON.stringify(line)}\n`;
  }
  yield `${JSON.stringify({ kind: 'end', counts } satisfies Line)}\n`;
}

async function* thingsOf(kysely: Kysely<Tables>): AsyncGenerator<Line> {
  yield { kind: 'header', format: FORMAT, version: FORMAT_VERSION };
  for (const { sha256 } of await kysely.selectFrom('evidence').select('sha256').orderBy('sha256').execute()) {
    const row = await kysely.selectFrom('evidence').selectAll().where('sha256', '=', sha256).executeTakeFirstOrThrow();
    yield { kind: 'evidence', ...row, encoding: 'zstd', body: row.body.toString('base64') };
  }
  const ids = new Map<number, string>();
  for (let last = 0; ; ) {
    const cells = await kysely
      .selectFrom('cell')
      .select(['seq', 'id', 'record'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(ROWS_AT_A_TIME)
      .execute();
    for (const { seq, id, record } of cells) {
      ids.set(seq, id);
      last = seq;
      yield { kind: 'cell', record: JSON.parse(record) as CellRecord };
    }
    if (cells.length < ROWS_AT_A_TIME) break;
  }
  const links = kysely.selectFrom('workflow_cell').selectAll();
  for (const { workflow_id, cell_seq } of await links.orderBy('workflow_id').orderBy('test').orderBy('key').execute()) {
    yield { kind: 'workflow-cell', workflowId: workflow_id, cell: ids.get(cell_seq) ?? '' };
  }
  for (const row of await kysely.selectFrom('log').selectAll().orderBy('workflow_id').orderBy('path').execute())
    yield { kind: 'log', row };
  const runCells = kysely.selectFrom('run_cell').selectAll().orderBy('run_seq').orderBy('position');
  const cellsOf = Map.groupBy(await runCells.execute(), ({ run_seq }) => run_seq);
  const runs = await kysely.selectFrom('run').selectAll().orderBy('seq').execute();
  for (const { seq, origin, imported_at, trusted, ...row } of runs) {
    const cells = (cellsOf.get(seq) ?? []).map(({ cell_seq }) => ids.get(cell_seq) ?? '');
    yield { kind: 'run', row: row as RunRow, cells, ...(origin !== null && trusted === 0 ? { origin } : {}) };
  }
  const comparisons = kysely.selectFrom('comparison').selectAll().orderBy('workflow_id').orderBy('run_id');
  for (const row of await comparisons.execute()) yield { kind: 'comparison', row };
  for (const row of await kysely.selectFrom('baseline').selectAll().orderBy('suite').orderBy('name').execute())
    yield { kind: 'baseline', row };
  for (const row of await kysely.selectFrom('acknowledgement').selectAll().orderBy('at').orderBy('id').execute())
    yield { kind: 'acknowledgement', row };
}
