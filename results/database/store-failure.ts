import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';

/** Failure classes by the error codes of SQLite, PostgreSQL and the file system. The first match is used. */
const MEANINGS: readonly (readonly [RegExp, FailureClass, string])[] = [
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB|XX00[12])/, 'StoreCorrupt', 'is damaged'],
  [/^(SQLITE_FULL|ENOSPC|EDQUOT|53100)/, 'StoreFull', 'has no space left'],
  [
    /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR|25006|42501)/,
    'StoreNotWritable',
    'cannot be written',
  ],
  [/^(ENAMETOOLONG|ELOOP)/, 'UnsafePath', 'has a path that the file system refuses'],
  [/^(28|3D|3F|ERR_INVALID_URL)/, 'StoreRefused', 'rejects the user, the password or the database name'],
  [
    /^(SQLITE_BUSY|SQLITE_LOCKED|SQLITE_IOERR|SQLITE_PROTOCOL|EIO|EMFILE|ENFILE|53|55P03|40|57|58|08)/,
    'StoreUnavailable',
    'does not answer',
  ],
  [/^(ECONN|EHOST|ENET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|ENOENT)/, 'StoreUnavailable', 'cannot be reached'],
];

/** Messages of `pg` without a code. */
const LOST_CONNECTION = /connection (terminated|ended|timeout)|timeout exceeded|query read timeout|not queryable/i;

/**
 * Converts an error of a driver or of the file system to a failure. Its class decides about a retry; an unknown error is
 * `Internal`.
 */
export function toStoreFailure(error: unknown, store: string): SuiteFailure {
  if (error instanceof SuiteFailure) return error;
  const { code = '', message = String(error) } = firstError(error);
  const [, failureClass, what] = MEANINGS.find(([pattern]) => pattern.test(code)) ?? [];
  if (failureClass)
    return new SuiteFailure(failureClass, `the result store ${store} ${what}: ${message}`, { cause: error });
  if (LOST_CONNECTION.test(message)) {
    return new SuiteFailure('StoreUnavailable', `the result store ${store} cannot be reached: ${message}`, {
      cause: error,
    });
  }
  return new SuiteFailure('Internal', `the result store ${store}: ${message}`, { cause: error });
}

/** Builds the failure for a store that does not exist yet. */
export function noResults(place: string): SuiteFailure {
  return new SuiteFailure('NotFound', `no results are recorded in ${place} yet`, {
    hint: 'Set the folder with --results or RESULTS_DIR, or the database with RESULTS_URL; a worker records results in it',
  });
}

/**
 * Returns the first of several errors. For the two addresses of `localhost`, Node.js throws an `AggregateError` without
 * a code.
 */
function firstError(error: unknown): { code?: string; message?: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0] as Error;
  return (error ?? {}) as { code?: string; message?: string };
}
