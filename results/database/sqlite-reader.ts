import { access, constants, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { noResults } from './store-failure.js';

const WAIT_MS = 10_000;

/**
 * Opens a SQLite file for reading and leaves no files beside it. Reads the file in place when the user may write it, or
 * while a writer has it open, because its -wal and -shm files exist then. Otherwise SQLite would have to create those
 * files, so the function reads a copy of the file, which is complete without a writer. The copy is removed with the
 * connection.
 *
 * @throws {SuiteFailure} `NotFound` when the file does not exist, `StoreRefused` when this user may not read it
 */
export async function openToRead(file: string): Promise<Sqlite.Database> {
  await access(file, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw noResults(dirname(file));
    throw new SuiteFailure('StoreRefused', `the result store ${file} cannot be read: ${error.message}`, {
      cause: error,
      hint: `Give this user read permission for ${file} and its folder`,
    });
  });
  const mayWrite = (await may(file, constants.W_OK)) && (await may(dirname(file), constants.W_OK));
  if (mayWrite) return openInPlace(file, { readonly: false });
  const inUse = () => may(`${file}-wal`, constants.R_OK);
  if (await inUse()) return openInPlace(file, { readonly: true });
  const copy = await openCopy(file);
  if (!(await inUse())) return copy;
  // A writer opened the file during the copy, so the copy may be incomplete.
  copy.close();
  return openInPlace(file, { readonly: true });
}

function openInPlace(file: string, { readonly }: { readonly: boolean }): Sqlite.Database {
  const database = new Sqlite(file, { readonly, fileMustExist: true, timeout: WAIT_MS });
  database.pragma('query_only = ON');
  return database;
}

async function openCopy(file: string): Promise<Sqlite.Database> {
  const folder = await mkdtemp(join(tmpdir(), 'dynamo-bench-'));
  try {
    const copy = join(folder, 'results.db');
    await copyFile(file, copy);
    const database = new Sqlite(copy, { timeout: WAIT_MS });
    // Without WAL, SQLite needs only the open file, so the folder can be removed immediately.
    database.pragma('journal_mode = DELETE');
    database.pragma('query_only = ON');
    return database;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
