import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE_MODE, makeRoot } from '../database/modes.js';
import { toStoreFailure } from '../database/store-failure.js';
import type { ResultStore } from '../store.js';

/**
 * Checks that the store can be written: the database accepts a write, and its folder a file. Leaves nothing behind.
 *
 * @throws {SuiteFailure} `StoreNotWritable`, `StoreFull`, `StoreUnavailable` and the others of a store
 */
export async function checkWritable(store: ResultStore): Promise<void> {
  await store.write((transaction) => transaction.deleteFrom('acknowledgement').where('id', '=', '').execute());
  const file = join(store.root, `.writable-${process.pid}`);
  try {
    await makeRoot(store.root);
    await writeFile(file, 'written by the readiness check of the worker\n', { mode: FILE_MODE });
    await rm(file);
  } catch (error) {
    throw toStoreFailure(error, store.root);
  }
}
