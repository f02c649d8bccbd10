import type { Kysely } from 'kysely';
import {
  headProblems,
  RECORD_VERSION,
  type RunHead,
  type StartedRun,
  type SuiteRecord,
} from '../../suite/record/record.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import type { Tables } from '../database/tables.js';
import { type CellRecord, isInferenceCell } from './any-cell.js';
import { parseBounded } from './bounded-json.js';
import { ORIGIN_COLUMNS, originOf, type RunOrigin } from './origin.js';
import { problemsText, unreadable } from './readable.js';
import { cellsOfRun, type RunName } from './run-cells.js';

/** One line of the list of runs. */
export interface RunEntry {
  readonly workflowId: string;
  readonly runId: string;
  readonly suite: string;
  readonly startedAt: string;
  /** Absent while the run is active. */
  readonly endedAt?: string;
  /** The suite's verdict; `running` while the run is active. */
  readonly verdict: string;
  /** Id of the Temporal namespace in which its workflow runs, if it is known. */
  readonly temporalNamespace?: string;
  /** Absent for a run that this store recorded. */
  readonly origin?: RunOrigin;
}

/** A run as the store returns it to reports. */
export interface StoredRun {
  /** Record of the run. For an active run: the record so far, whose `endedAt` is the time of the last recorded cell. */
  readonly record: SuiteRecord;
  readonly complete: boolean;
}

/** Stores the initial record of a run, so that an active run can be shown. Does not change a run that has ended. */
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
      record: JSON.stringify(headOf({ ...run, endedAt: run.startedAt })),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workflow_id', 'run_id'])
        .doUpdateSet((row) => ({ record: row.ref('excluded.record') }))
        .where('run.ended_at', 'is', null),
    )
    .execute();
}

/**
 * Reads the initial record of the newest run of a workflow id; undefined before it is stored. Excludes runs that were
 * imported without trust.
 */
export async function findStartedRun(kysely: Kysely<Tables>, workflowId: string): Promise<StartedRun | undefined> {
  const row = await kysely
    .selectFrom('run')
    .select(['run_id', 'record'])
    .where('workflow_id', '=', workflowId)
    .where('trusted', '=', 1)
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  return row && readHead({ workflowId, runId: row.run_id }, row.record);
}

/** Stores the final record of a run. Its cells were linked when they were recorded. */
export async function endRun(kysely: Kysely<Tables>, record: RunHead): Promise<void> {
  await kysely
    .insertInto('run')
    .values({
      workflow_id: record.workflowId,
      run_id: record.runId,
      suite: record.suite,
      started_at: record.startedAt,
      ended_at: record.endedAt,
      verdict: record.verdict,
      record: JSON.stringify(headOf(record)),
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
    .execute();
}

/** Lists runs, newest first. */
export async function listRuns(
  kysely: Kysely<Tables>,
  filter: {
    readonly suite?: string | undefined;
    readonly workflowId?: string | undefined;
    /** Lists runs that have not ended. */
    readonly active?: true;
    /** Excludes runs that were imported without trust. */
    readonly trusted?: true;
    /** Lists runs that started before this time, ISO 8601. */
    readonly before?: string | undefined;
    readonly limit?: number;
    /** Number of newest runs to leave out; needs `limit`. */
    readonly offset?: number;
  } = {},
): Promise<RunEntry[]> {
  const rows = await kysely
    .selectFrom('run')
    .select(['workflow_id', 'run_id', 'suite', 'started_at', 'ended_at', 'verdict', 'temporal_namespace'])
    .select(ORIGIN_COLUMNS)
    .$if(filter.suite !== undefined, (query) => query.where('suite', '=', filter.suite ?? ''))
    .$if(filter.workflowId !== undefined, (query) => query.where('workflow_id', '=', filter.workflowId ?? ''))
    .$if(filter.active === true, (query) => query.where('ended_at', 'is', null))
    .$if(filter.trusted === true, (query) => query.where('trusted', '=', 1))
    .$if(filter.before !== undefined, (query) => query.where('started_at', '<', filter.before ?? ''))
    .orderBy('started_at', 'desc')
    .orderBy('seq', 'desc')
    .$if(filter.limit !== undefined, (query) => query.limit(filter.limit ?? 0))
    .$if(filter.offset !== undefined, (query) => query.offset(filter.offset ?? 0))
    .execute();
  return rows.map((row) => ({
    workflowId: row.workflow_id,
    runId: row.run_id,
    suite: row.suite,
    startedAt: row.started_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    verdict: row.verdict,
    ...(row.temporal_namespace === null ? {} : { temporalNamespace: row.temporal_namespace }),
    ...withOrigin(originOf(row)),
  }));
}

function withOrigin(origin: RunOrigin | undefined): Pick<RunEntry, 'origin'> {
  return origin ? { origin } : {};
}

/** Reads a run without its cells. @throws {SuiteFailure} `RecordUnreadable` */
export async function readRunHead(
  kysely: Kysely<Tables>,
  { workflowId, runId }: Pick<RunEntry, 'workflowId' | 'runId'>,
): Promise<{ readonly seq: number; readonly complete: boolean; readonly stored: RunHead }> {
  const { seq, ended_at, record } = await kysely
    .selectFrom('run')
    .select(['seq', 'ended_at', 'record'])
    .where('workflow_id', '=', workflowId)
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return { seq, complete: ended_at !== null, stored: readHead({ workflowId, runId }, record) };
}

/** Reads a run with its cells. @throws {SuiteFailure} `RecordUnreadable` */
export async function readRun(
  kysely: Kysely<Tables>,
  entry: Pick<RunEntry, 'workflowId' | 'runId'>,
): Promise<StoredRun> {
  const { seq, complete, stored } = await readRunHead(kysely, entry);
  const cells = await cellsOfRun(kysely, entry, seq);
  const record = withCells(stored, cells);
  if (complete) return { record, complete };
  const recorded = cells.map(({ recordedAt }) => recordedAt).sort();
  return { record: soFar({ ...record, endedAt: recorded.at(-1) ?? stored.startedAt }), complete };
}

/** Adds the cells to each test of a run. */
export function withCells({ dynamo, ...run }: RunHead, cells: readonly CellRecord[]): SuiteRecord {
  const loads = cells.filter(isInferenceCell);
  const transport = cells.filter((cell) => !isInferenceCell(cell));
  const ofTest = <Cell extends CellRecord>(all: readonly Cell[], name: string) =>
    all.filter(({ test }) => test === name);
  return {
    ...run,
    tests: run.tests.map((test) => ({ ...test, cells: ofTest(transport, test.name) })),
    ...(dynamo
      ? {
          dynamo: { ...dynamo, tests: dynamo.tests.map((test) => ({ ...test, cells: ofTest(loads, test.name) })) },
        }
      : {}),
  };
}

/** Builds the record of an active run: the verdicts of its tests follow from the cells recorded so far. */
function soFar({ dynamo, ...run }: SuiteRecord): SuiteRecord {
  return {
    ...run,
    tests: run.tests.map(testSoFar),
    ...(dynamo ? { dynamo: { ...dynamo, tests: dynamo.tests.map(testSoFar) } } : {}),
  };
}

function testSoFar<Test extends { readonly verdict: Verdict; readonly cells: readonly CellRecord[] }>(
  test: Test,
): Test {
  const counted = test.cells.filter(({ warmUp }) => !warmUp).map(({ verdict }) => verdict);
  return counted.length > 0 ? { ...test, verdict: worst(counted) } : test;
}

/** Removes the cells from a record, and the fields about cells that a worker of an earlier version wrote. */
export function headOf({ dynamo, ...run }: RunHead): RunHead {
  type Former = { readonly cells?: unknown; readonly cellKeys?: unknown };
  const withoutCells = <Test extends object>({ cells, cellKeys, ...test }: Test & Former) => test as Test;
  return {
    ...run,
    tests: run.tests.map(withoutCells),
    ...(dynamo ? { dynamo: { ...dynamo, tests: dynamo.tests.map(withoutCells) } } : {}),
  };
}

/**
 * Parses the record of a run.
 *
 * @throws {SuiteFailure} `RecordUnreadable`; `StoreTooNew` for a newer version
 */
export function readHead(run: RunName, text: string): RunHead {
  let record: unknown;
  try {
    record = parseBounded(text);
  } catch (error) {
    throw unreadable(run, (error as Error).message, error);
  }
  const { version } = (record ?? {}) as { readonly version?: unknown };
  if (typeof version === 'number' && version > RECORD_VERSION) {
    throw new SuiteFailure(
      'StoreTooNew',
      `the record of run ${run.workflowId} has version ${version}, but this dynamo-bench reads versions up to ${RECORD_VERSION}`,
    );
  }
  const problems = headProblems(record);
  if (problems.length > 0) throw unreadable(run, problemsText(problems));
  return { ...(record as RunHead), version: RECORD_VERSION };
}
