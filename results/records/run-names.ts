import type { Kysely } from 'kysely';
import { didYouMean } from '../../suite/schema/schema.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';
import { type LeftOut, orLeftOut } from './readable.js';
import { listRuns, type RunEntry, readRun, type StoredRun } from './runs.js';

/** Resolves and shortens names of runs and suites on the command line. */

/**
 * Resolves the name of a run: a workflow id, which means its newest run; `<workflow id>@<start of a run id>`; or
 * `latest`, `latest:<suite>`, which mean the newest run that can be read.
 *
 * @param leftOut receives the failures of newer runs that cannot be read
 * @throws {SuiteFailure} `NotFound`, with a suggestion
 */
export async function resolveRun(kysely: Kysely<Tables>, name: string, leftOut?: LeftOut): Promise<RunEntry> {
  const latest = /^latest(?::(.+))?$/.exec(name);
  if (latest) {
    const newest = await newestReadable(kysely, latest[1], leftOut);
    if (newest) return newest;
  }
  const [exact] = await listRuns(kysely, { workflowId: name, limit: 1 });
  if (exact) return exact;
  const at = name.lastIndexOf('@');
  if (at > 0) {
    const runs = await listRuns(kysely, { workflowId: name.slice(0, at) });
    const matching = runs.filter(({ runId }) => runId.startsWith(name.slice(at + 1)));
    if (matching.length === 1 && matching[0]) return matching[0];
    if (matching.length > 1) {
      throw new SuiteFailure('NotFound', `"${name}" matches ${matching.length} runs`, {
        hint: `Use a longer part of the run id: ${matching.map(({ runId }) => runId).join(', ')}`,
      });
    }
  }
  const known = await kysely.selectFrom('run').select('workflow_id').distinct().orderBy('workflow_id').execute();
  throw new SuiteFailure(
    'NotFound',
    `run "${name}" does not exist${suggestion(
      name,
      known.map((row) => row.workflow_id),
    )}`,
    {
      hint: 'Run `dynamo-bench runs` to list the recorded runs',
    },
  );
}

/** Finds the newest run that can be read. */
async function newestReadable(
  kysely: Kysely<Tables>,
  suite: string | undefined,
  leftOut?: LeftOut,
): Promise<RunEntry | undefined> {
  for (let offset = 0; ; offset += 1) {
    const [run] = await listRuns(kysely, { suite, limit: 1, offset });
    if (!run || (await orLeftOut(() => readRun(kysely, run), leftOut))) return run;
  }
}

/**
 * Reads a run by any name that `resolveRun` accepts.
 *
 * @throws {SuiteFailure} `NotFound`, with a suggestion
 */
export async function readNamedRun(kysely: Kysely<Tables>, name: string): Promise<StoredRun> {
  return readRun(kysely, await resolveRun(kysely, name));
}

const SHORT_RUN_ID = 8;

/**
 * Returns the shortest names by which `resolveRun` finds these runs: the workflow id, with the shortest unambiguous part
 * of the run id.
 */
export async function runNames(kysely: Kysely<Tables>, entries: readonly RunEntry[]): Promise<string[]> {
  if (entries.length === 0) return [];
  const rows = await kysely
    .selectFrom('run')
    .select(['workflow_id', 'run_id'])
    .where(
      'workflow_id',
      'in',
      entries.map(({ workflowId }) => workflowId),
    )
    .execute();
  const byWorkflow = Map.groupBy(rows, ({ workflow_id }) => workflow_id);
  return entries.map(({ workflowId, runId }) => {
    const others = (byWorkflow.get(workflowId) ?? []).map(({ run_id }) => run_id).filter((other) => other !== runId);
    if (others.length === 0) return workflowId;
    let length = SHORT_RUN_ID;
    // Run ids of Temporal start with a timestamp, so the short parts of two run ids can be equal.
    while (length < runId.length && others.some((other) => other.startsWith(runId.slice(0, length)))) length += 1;
    return `${workflowId}@${runId.slice(0, length)}`;
  });
}

/**
 * Returns the suite of that name, or the suite of the newest run.
 *
 * @throws {SuiteFailure} `NotFound`, with a suggestion
 */
export async function resolveSuite(kysely: Kysely<Tables>, name: string | undefined): Promise<string> {
  if (name === undefined) return (await resolveRun(kysely, 'latest')).suite;
  const rows = await kysely.selectFrom('run').select('suite').distinct().orderBy('suite').execute();
  const known = rows.map(({ suite }) => suite);
  if (known.includes(name)) return name;
  throw new SuiteFailure('NotFound', `suite "${name}" has no recorded runs${suggestion(name, known)}`, {
    hint: 'Run `dynamo-bench runs` to list the recorded runs',
  });
}

function suggestion(name: string, known: readonly string[]): string {
  return known.length === 0 ? ': the result store has no runs yet' : didYouMean(name, known.slice(-20));
}
