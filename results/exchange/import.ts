import type { Transaction } from 'kysely';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { putCell } from '../records/cells.js';
import { checkEvidence } from '../records/evidence.js';
import { parseComparison } from '../regression/run-comparison.store.js';
import type { ResultStore } from '../store.js';
import { FORMAT, type Line, parseLine, READABLE_VERSIONS } from './export-line.js';
import { cellOfLog, dropUnused } from './former-cells.js';
import { importRun, type RunLine } from './import-run.js';
import { cellById, type Imported, type Importing, linkMissingCell, missing } from './importing.js';
import { ImportBudget } from './limits.js';

export type { Imported } from './importing.js';

/** How to import an export. */
export interface ImportOptions {
  /** Origin of the imported runs: a file name or a label. */
  readonly label: string;
  /** Let suites take over the imported cells, and regressions use the imported runs. Default: false */
  readonly trust?: boolean | undefined;
}

/**
 * Adds the items of an export that the store lacks: all of them, or none. Never replaces an item that the store has,
 * whatever the dates in the export, so importing an export twice changes nothing. See `importRun` for the run that was
 * active when it was imported.
 *
 * Without trust, the imported runs are only shown: the import adds no current cell, which a suite would take over, no
 * baseline and no acknowledgement.
 *
 * @throws {SuiteFailure} `InvalidExport`, with the line and its problem
 */
export async function importLines(
  store: ResultStore,
  lines: AsyncIterable<string>,
  { label, trust = false }: ImportOptions,
): Promise<Imported> {
  return store.write(async (transaction) => {
    const counts: Imported = { lines: 0, runs: { added: 0, ended: 0, present: 0 }, kept: 0, withheld: 0 };
    const importing: Importing = { trust, label, at: new Date().toISOString(), counts };
    const budget = new ImportBudget();
    const found: Record<string, number> = {};
    const cellFiles = new Set<string>();
    let last: Line | undefined;
    for await (const line of lines) {
      counts.lines += 1;
      try {
        budget.addLine();
        const read = parseLine(line);
        if (counts.lines === 1) checkHeader(read);
        if (last?.kind === 'end')
          throw new SuiteFailure('InvalidExport', 'unexpected data after the end marker; export the store again');
        if (read.kind === 'end') checkCounts(read.counts, found);
        found[read.kind] = (found[read.kind] ?? 0) + 1;
        if (read.kind === 'run') await importRun(transaction, read, importing);
        else if (read.kind === 'evidence') await importEvidence(transaction, read, budget);
        else if (read.kind === 'log') await importLog(transaction, read, importing, cellFiles);
        else await importItem(transaction, read, importing);
        last = read;
      } catch (error) {
        throw atLine(counts.lines, error);
      }
    }
    if (counts.lines === 0) throw new SuiteFailure('InvalidExport', 'the export is empty; export the store again');
    if (last?.kind !== 'end') {
      throw new SuiteFailure(
        'InvalidExport',
        `the export is truncated: its last line, ${counts.lines}, is not the end marker; export the store again`,
      );
    }
    await dropUnused(transaction, cellFiles);
    return counts;
  });
}

type LineOf<Kind extends Line['kind']> = Extract<Line, { kind: Kind }>;

async function importEvidence(
  transaction: Transaction<Tables>,
  { kind, ...row }: LineOf<'evidence'>,
  budget: ImportBudget,
): Promise<void> {
  const evidence = { ...row, body: Buffer.from(row.body, 'base64') };
  budget.addEvidence(evidence.body.length, evidence.bytes);
  await checkEvidence(evidence);
  await transaction
    .insertInto('evidence')
    .values(evidence)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function importLog(
  transaction: Transaction<Tables>,
  { row }: LineOf<'log'>,
  importing: Importing,
  cellFiles: Set<string>,
): Promise<void> {
  const evidence = transaction.selectFrom('evidence').select('sha256').where('sha256', '=', row.sha256);
  if (!(await evidence.executeTakeFirst())) throw missing(`the evidence ${row.sha256}`);
  const cell = await cellOfLog(transaction, row);
  if (cell) {
    cellFiles.add(row.sha256);
    const stored = { seq: await putCell(transaction, cell), cell };
    return linkMissingCell(transaction, row.workflow_id, stored, importing);
  }
  const ofPath = transaction
    .selectFrom('log')
    .select('sha256')
    .where('workflow_id', '=', row.workflow_id)
    .where('path', '=', row.path);
  const present = await ofPath.executeTakeFirst();
  if (present) {
    if (present.sha256 !== row.sha256) importing.counts.kept += 1;
    return;
  }
  if (!importing.trust && (await hasTrustedRun(transaction, row.workflow_id))) importing.counts.withheld += 1;
  else await transaction.insertInto('log').values(row).execute();
}

/** Returns true for a workflow id whose logs a suite of this store may read. */
async function hasTrustedRun(transaction: Transaction<Tables>, workflowId: string): Promise<boolean> {
  const runs = transaction
    .selectFrom('run')
    .select('seq')
    .where('workflow_id', '=', workflowId)
    .where('trusted', '=', 1);
  return (await runs.executeTakeFirst()) !== undefined;
}

async function importItem(
  transaction: Transaction<Tables>,
  line: Exclude<Line, RunLine | LineOf<'evidence'> | LineOf<'log'>>,
  importing: Importing,
): Promise<void> {
  const { counts, trust } = importing;
  switch (line.kind) {
    case 'header':
    case 'end':
      return;
    case 'cell':
      await putCell(transaction, line.record);
      return;
    case 'workflow-cell': {
      const stored = await cellById(transaction, line.cell);
      return linkMissingCell(transaction, line.workflowId, stored, importing);
    }
    case 'comparison':
      return importComparison(transaction, line.row, importing);
    case 'baseline': {
      if (!trust) {
        counts.withheld += 1;
        return;
      }
      const { suite, name } = line.row;
      const ofName = transaction.selectFrom('baseline').selectAll().where('suite', '=', suite).where('name', '=', name);
      const present = await ofName.executeTakeFirst();
      if (!present) await transaction.insertInto('baseline').values(line.row).execute();
      else if (present.workflow_id !== line.row.workflow_id || present.run_id !== line.row.run_id) counts.kept += 1;
      return;
    }
    case 'acknowledgement':
      if (!trust) {
        counts.withheld += 1;
        return;
      }
      await transaction
        .insertInto('acknowledgement')
        .values(line.row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }
}

/** Imports the comparison of an imported run. The comparison of any other run is that of this store, or absent. */
async function importComparison(
  transaction: Transaction<Tables>,
  row: LineOf<'comparison'>['row'],
  { counts }: Importing,
): Promise<void> {
  const { workflow_id, run_id, record } = row;
  try {
    parseComparison({ workflowId: workflow_id, runId: run_id }, record);
  } catch (error) {
    throw new SuiteFailure('InvalidExport', (error as Error).message, { cause: error });
  }
  const here = await transaction
    .selectFrom('run')
    .leftJoin('comparison', (join) =>
      join.onRef('comparison.workflow_id', '=', 'run.workflow_id').onRef('comparison.run_id', '=', 'run.run_id'),
    )
    .select(['run.origin', 'comparison.record'])
    .where('run.workflow_id', '=', workflow_id)
    .where('run.run_id', '=', run_id)
    .executeTakeFirst();
  if (!here) throw missing(`the run ${workflow_id}@${run_id}`);
  if (here.origin !== null && here.record === null) await transaction.insertInto('comparison').values(row).execute();
  else if (here.record !== record) counts.kept += 1;
}

function checkHeader(line: Line): void {
  if (line.kind !== 'header' || line.format !== FORMAT)
    throw new SuiteFailure('InvalidExport', `the first line is not the header of ${FORMAT}`);
  if (!READABLE_VERSIONS.includes(line.version)) {
    throw new SuiteFailure(
      'InvalidExport',
      `the export has version ${line.version}, but this dynamo-bench reads only versions ${READABLE_VERSIONS.join(' and ')}`,
      { hint: 'Import the export with the version of dynamo-bench that wrote it' },
    );
  }
}

function checkCounts(expected: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  for (const kind of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    if (expected[kind] === found[kind]) continue;
    throw new SuiteFailure(
      'InvalidExport',
      `wrong number of lines of kind ${kind}: found ${found[kind] ?? 0}, expected ${expected[kind] ?? 0}; export the store again`,
    );
  }
}

function atLine(number: number, error: unknown): unknown {
  if (!(error instanceof SuiteFailure)) return error;
  const { class: failureClass, message, hint } = error;
  if (failureClass !== 'InvalidExport') return error;
  return new SuiteFailure('InvalidExport', `line ${number}: ${message}`, { cause: error, hint });
}
