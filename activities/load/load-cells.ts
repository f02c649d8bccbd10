import { type LoadCell, loadCellSchema } from '../../suite/record/load-record.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import type { ActivityContext } from '../context/context.js';

/** Recorded cells of phase 3: one JSON file each, among the evidence of the run. */

type Store = Pick<ActivityContext['store'], 'readLog' | 'saveLog'>;

/** The recorded cell; undefined when there is none, or none of this version's form. */
export async function readLoadCell(
  store: Store,
  workflowId: string,
  test: string,
  key: string,
): Promise<LoadCell | undefined> {
  const text = await store.readLog(workflowId, cellPath(test, key)).catch((error: unknown) => {
    if (error instanceof SuiteFailure && error.class === 'NotFound') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = loadCellSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

export async function saveLoadCell(store: Store, workflowId: string, cell: LoadCell): Promise<void> {
  await store.saveLog(workflowId, cellPath(cell.test, cell.key), `${JSON.stringify(cell, null, 2)}\n`);
}

function cellPath(test: string, key: string): string {
  return `${test}/cells/${key.slice(0, 16)}.json`;
}
