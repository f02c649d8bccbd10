import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { ResultStore } from '../results/store.js';
import { SuiteFailure } from '../suite/failure.js';

/** Options that say where the results are. */
export interface StoreOptions {
  readonly results: string;
  readonly url?: string;
}

/** Where the results are unless somebody says otherwise: where the worker puts them. */
export const RESULTS_FOLDER = process.env.RESULTS_DIR ?? 'runs';

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
 * Opens the store, works with it, and closes it.
 *
 * @throws {SuiteFailure} `NotFound` when there is no store yet, unless `create` is set
 */
export async function withStore<T>(
  { results, url }: StoreOptions,
  work: (store: ResultStore) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  if (!url && !create) {
    await access(join(results, 'results.db')).catch(() => {
      throw new SuiteFailure('NotFound', `there are no results in ${results} yet`, {
        hint: 'give the folder with --results or RESULTS_DIR, or the database with RESULTS_URL; a worker fills it',
      });
    });
  }
  const { ResultStore } = await import('../results/store.js');
  const store = new ResultStore(results, url);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
