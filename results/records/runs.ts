import type { Kysely, Transaction } from 'kysely';
import {
  type CellRecord,
  RECORD_VERSION,
  type StartedRun,
  type SuiteRecord,
  type TestRecord,
} from '../../suite/record/record.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import type { Tables } from '../database/tables.js';
import { type AnyCell, cellsOf, isLoadCell } from './any-cell.js';
import { linkCell, putCell } from './cells.js';

/** One line of the list of runs. */
export interface RunEntry {
  readonly workflowId: string;
  readonly runId: string;
  readonly suite: string;
  readonly startedAt: string;
  /** Absent while the run goes on. */
  readonly endedAt?: string;
  /** The suite's verdict; `running` while the run goes on. */
  readonly verdict: string;
  /** Id of the Temporal namespace in which its workflow runs, where it is known. */
  readonly temporalNamespace?: string;
}

/** A run as reports read it. */
export interface StoredRun {
  /** Of a run that goes on: what is recorded so far, with the time of the last recorded cell as its end. */
  readonly record: SuiteRecord;
  readonly complete: boolean;
}

/** Load cells stand in the record of their run; the table of cells has them for their figures and their evidence. */
export type StoredRecord = Omit<SuiteRecord, 'tests'> & { readonly tests: readonly Omit<TestRecord, 'cells'>[] };

/** Stores what is known of a run that has begun, so that it can be looked at while it goes on. A complete one stays. */
export async function putStartedRun(
  kysely: Kysely<Tables>,
  run: StartedRun,
  temporalNamespace?: string,
): Promise<void> {
  await kysely
    .insertInto('run')
    .values({
      workflow_id: run.workflowId,
      run_id: run.runId,
      suite: run.suite,
      started_at: run.startedAt,
      ended_at: null,
      verdict: 'running',
      temporal_namespace: temporalNamespace ?? null,
      record: JSON.stringify({ ...run, endedAt: run.startedAt }),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workflow_id', 'run_id'])
        .doUpdateSet((row) => ({ record: row.ref('excluded.record') }))
        .where('run.ended_at', 'is', null),
    )
    .execute();
}

/** What the newest run of a workflow id was started with; undefined before it is known. */
export async function findStartedRun(kysely: Kysely<Tables>, workflowId: string): Promise<StartedRun | undefined> {
  const row = await kysely
    .selectFrom('run')
    .select('record')
    .where('workflow_id', '=', workflowId)
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  return row && checkVersion(JSON.parse(row.record) as StoredRecord);
}

/** Stores a run that has ended, and which cells it is made of. */
export async function putRun(transaction: Transaction<Tables>, record: SuiteRecord): Promise<void> {
  const stored: StoredRecord = { ...record, tests: record.tests.map(({ cells, ...test }) => test) };
  const { seq } = await transaction
    .insertInto('run')
    .values({
      workflow_id: record.workflowId,
      run_id: record.runId,
      suite: record.suite,
      started_at: record.startedAt,
      ended_at: record.endedAt,
      verdict: record.verdict,
      record: JSON.stringify(stored),
    })
    .onConflict((conflict) =>
      conflict.columns(['workflow_id', 'run_id']).doUpdateSet((row) => ({
        suite: row.ref('excluded.suite'),
        started_at: row.ref('excluded.started_at'),
        ended_at: row.ref('excluded.ended_at'),
        verdict: row.ref('excluded.verdict'),
        record: row.ref('excluded.record'),
      })),
    )
    .returning('seq')
    .executeTakeFirstOrThrow();
  await transaction.deleteFrom('run_cell').where('run_seq', '=', seq).execute();
  let position = 0;
  for (const cell of cellsOf(record)) {
    const cellSeq = await putCell(transaction, cell);
    if (!isLoadCell(cell)) await linkCell(transaction, record.workflowId, cell, cellSeq);
    await transaction
      .insertInto('run_cell')
      .values({ run_seq: seq, position, test: cell.test, repetition: cell.repetition, cell_seq: cellSeq })
      .execute();
    position += 1;
  }
}

/** Runs, the newest first. */
export async function listRuns(
  kysely: Kysely<Tables>,
  filter: {
    readonly suite?: string | undefined;
    readonly workflowId?: string | undefined;
    /** Runs that have not ended. */
    readonly goesOn?: true;
    /** Runs that began before this time. */
    readonly before?: string | undefined;
    readonly limit?: number;
  } = {},
): Promise<RunEntry[]> {
  const rows = await kysely
    .selectFrom('run')
    .select(['workflow_id', 'run_id', 'suite', 'started_at', 'ended_at', 'verdict', 'temporal_namespace'])
    .$if(filter.suite !== undefined, (query) => query.where('suite', '=', filter.suite ?? ''))
    .$if(filter.workflowId !== undefined, (query) => query.where('workflow_id', '=', filter.workflowId ?? ''))
    .$if(filter.goesOn === true, (query) => query.where('ended_at', 'is', null))
    .$if(filter.before !== undefined, (query) => query.where('started_at', '<', filter.before ?? ''))
    .orderBy('started_at', 'desc')
    .orderBy('seq', 'desc')
    .$if(filter.limit !== undefined, (query) => query.limit(filter.limit ?? 0))
    .execute();
  return rows.map((row) => ({
    workflowId: row.workflow_id,
    runId: row.run_id,
    suite: row.suite,
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    verdict: row.verdict,
    ...(row.temporal_namespace === null ? {} : { temporalNamespace: row.temporal_namespace }),
  }));
}

/** Reads a run without its transport cells. */
export async function readRunHead(
  kysely: Kysely<Tables>,
  { workflowId, runId }: Pick<RunEntry, 'workflowId' | 'runId'>,
): Promise<{ readonly seq: number; readonly complete: boolean; readonly stored: StoredRecord }> {
  const { seq, ended_at, record } = await kysely
    .selectFrom('run')
    .select(['seq', 'ended_at', 'record'])
    .where('workflow_id', '=', workflowId)
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return { seq, complete: ended_at !== null, stored: checkVersion(JSON.parse(record) as StoredRecord) };
}

/** Reads a run with its cells. */
export async function readRun(
  kysely: Kysely<Tables>,
  entry: Pick<RunEntry, 'workflowId' | 'runId'>,
): Promise<StoredRun> {
  const { seq, complete, stored } = await readRunHead(kysely, entry);
  const cells = await cellsOfRun(kysely, seq);
  const transport = cells.filter((cell): cell is CellRecord => !isLoadCell(cell));
  const tests = stored.tests.map((test): TestRecord => ({ ...test, cells: ofTest(transport, test) }));
  if (complete) return { record: { ...stored, tests }, complete };
  const { dynamo } = stored;
  const loads = cells.filter(isLoadCell);
  const record = {
    ...stored,
    endedAt:
      cells
        .map(({ recordedAt }) => recordedAt)
        .sort()
        .at(-1) ?? stored.startedAt,
    tests: tests.map(soFar),
    ...(dynamo
      ? { dynamo: { ...dynamo, tests: dynamo.tests.map((test) => soFar({ ...test, cells: ofTest(loads, test) })) } }
      : {}),
  };
  return { record, complete };
}

function ofTest<Cell extends AnyCell>(cells: readonly Cell[], { name }: { readonly name: string }): Cell[] {
  return cells.filter(({ test }) => test === name);
}

/** What can be said of a test that may go on. */
function soFar<Test extends { readonly verdict: Verdict; readonly cells: readonly AnyCell[] }>(test: Test): Test {
  const counted = test.cells.filter((cell) => isLoadCell(cell) || !cell.warmUp).map(({ verdict }) => verdict);
  return counted.length > 0 ? { ...test, verdict: worst(counted) } : test;
}

function checkVersion(record: StoredRecord): StoredRecord {
  if (record.version <= RECORD_VERSION) return record;
  throw new SuiteFailure(
    'StoreTooNew',
    `the record of ${record.workflowId} has version ${record.version}, and this dynamo-bench knows versions up to ${RECORD_VERSION}`,
  );
}

async function cellsOfRun(kysely: Kysely<Tables>, runSeq: number): Promise<AnyCell[]> {
  const rows = await kysely
    .selectFrom('run_cell')
    .innerJoin('cell', 'cell.seq', 'run_cell.cell_seq')
    .select('cell.record')
    .where('run_cell.run_seq', '=', runSeq)
    .orderBy('run_cell.position')
    .execute();
  return rows.map(({ record }) => JSON.parse(record) as AnyCell);
}
