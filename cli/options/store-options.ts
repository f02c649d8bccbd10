import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { noResults } from '../../results/database/store-failure.js';
import type { ResultStore } from '../../results/store.js';

/** Options that say where the results are. */
export interface StoreOptions {
  readonly results: string;
  readonly url?: string;
}

/** Where the results are unless somebody says otherwise: where the worker puts them. */
const RESULTS_FOLDER = process.env.RESULTS_DIR ?? 'runs';

/** Adds `--results` and `--url`; the worker's own variables are the defaults. */
export function addStoreOptions(command: Command): Command {
  return command.option('--results <folder>', 'folder of the results (RESULTS_DIR)', RESULTS_FOLDER).addOption(
    // Its password is nothing for a help text.
    new Option('--url <url>', 'PostgreSQL that holds them, postgres://… (RESULTS_URL)').default(
      process.env.RESULTS_URL,
      'RESULTS_URL',
    ),
  );
}

/**
 * Opens the store to read it, works with it, and closes it. This needs no right to write, and leaves the store as it is.
 *
 * @throws {SuiteFailure} `NotFound` when there is no store yet, `StoreTooOld` when it has to be brought up to date first
 */
export async function withStore<T>(options: StoreOptions, work: (store: ResultStore) => Promise<T>): Promise<T> {
  return worked(options, work, true);
}

/**
 * The same to write: the store is brought up to date first.
 *
 * @param create whether one that is not there is made
 * @throws {SuiteFailure} `NotFound` when there is no store yet
 */
export async function changeStore<T>(
  options: StoreOptions,
  work: (store: ResultStore) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  const { results, url } = options;
  if (!url && !create && !existsSync(join(results, 'results.db'))) throw noResults(results);
  return worked(options, work, false);
}

async function worked<T>(
  { results, url }: StoreOptions,
  work: (store: ResultStore) => Promise<T>,
  readOnly: boolean,
): Promise<T> {
  const { ResultStore } = await import('../../results/store.js');
  const store = new ResultStore(results, url, { readOnly });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
