import type { FailureRecord } from '../../suite/verdict/failure.js';

/** Request to the process that makes reports: one line of JSON on its standard input, because a URL can hold a password. */
export interface ReportRequest {
  /** Folder of the result store. */
  readonly root: string;
  /** PostgreSQL database of the result store. Default: `results.db` in `root`. */
  readonly url?: string | undefined;
  /** Name of the run, as `resolveRun` reads it. */
  readonly run: string;
}

/** Answer of the process, as JSON on its standard output. A process that dies gives none. */
export type ReportAnswer = { readonly folder: string } | { readonly failure: FailureRecord };
