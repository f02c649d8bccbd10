import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import type { LogReference, SuiteRecord } from '../suite/record/record.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import type { Database } from './database/database.js';
import { checkVersion } from './database/migrate.js';
import { openDatabase } from './database/open-database.js';
import { toStoreFailure } from './database/store-failure.js';
import type { Tables } from './database/tables.js';
import { cellsOf, evidenceOf } from './records/any-cell.js';
import { findEvidence, findLog, putLog } from './records/evidence.js';
import { runFolder, writeWhole } from './records/folder.js';

/**
 * The result store: cells, runs and their evidence in a database, and beside it a folder for each run that people read.
 * What `write` and `saveLog` have returned from is recorded for good, whatever happens to the process.
 *
 * Every method throws a `SuiteFailure` of one of the classes `Store…`; the class says whether trying again can help.
 */
export class ResultStore {
  #database: Promise<Database> | undefined;

  /**
   * @param root folder of the runs' folders, and of `results.db`
   * @param url PostgreSQL that holds the database instead of `results.db`: `postgres://user@host/name`
   * @param options.readOnly the database is read as it is: neither created, nor brought up to date, nor written
   */
  constructor(
    readonly root: string,
    readonly url?: string | undefined,
    readonly options: { readonly readOnly?: boolean } = {},
  ) {}

  /** Where the database is, for messages. */
  get name(): string {
    return this.url ? 'in PostgreSQL' : join(this.root, 'results.db');
  }

  /** Opens the database now rather than at the first use, so that trouble shows early. */
  async open(): Promise<this> {
    await this.#open();
    return this;
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await (await database?.catch(() => undefined))?.kysely.destroy();
  }

  /** Folder of a run's files. */
  folder(workflowId: string): string {
    return runFolder(this.root, workflowId);
  }

  /** Stores evidence under a path below the run's folder, such as `nixl-ucx/r1-a1/node1.log`. */
  async saveLog(workflowId: string, path: string, text: string): Promise<LogReference> {
    const [reference] = await Promise.all([
      this.use((kysely) => putLog(kysely, workflowId, path, text)),
      this.#write(workflowId, path, text),
    ]);
    return reference;
  }

  /** @throws {SuiteFailure} `NotFound` */
  async readLog(workflowId: string, path: string): Promise<string> {
    const text = await this.use((kysely) => findLog(kysely, workflowId, path));
    if (text === undefined)
      throw new SuiteFailure('NotFound', `no evidence ${path} of ${workflowId} in the result store`);
    return text;
  }

  /**
   * Writes `record.json`, `files` and the logs that are missing into a run's folder, and returns the folder.
   *
   * @param name of the folder. Default: the workflow id, which belongs to its newest run
   */
  async writeRun(
    record: SuiteRecord,
    files: Readonly<Record<string, string>>,
    name: string = record.workflowId,
  ): Promise<string> {
    await this.#write(name, 'record.json', `${JSON.stringify(record, null, 2)}\n`);
    await this.#writeMissingLogs(record, name);
    return this.writeFiles(name, files);
  }

  /** Writes files into a run's folder, and returns the folder. */
  async writeFiles(workflowId: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) await this.#write(workflowId, path, text);
    return this.folder(workflowId);
  }

  /** Works on the database: the functions of `records/` and `regression/` take what `work` gets. */
  async use<T>(work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T> {
    const database = await this.#open();
    try {
      return await work(database.kysely);
    } catch (error) {
      const failure = toStoreFailure(error, database.name);
      // A newer program may have changed the tables meanwhile.
      if (failure.class !== 'Internal') throw failure;
      await checkVersion(database).catch((other: unknown) => {
        throw other instanceof SuiteFailure ? other : failure;
      });
      throw failure;
    }
  }

  /** Reads the database as it is at the first query, whatever others write meanwhile. */
  async *snapshot<T>(read: (kysely: Kysely<Tables>) => AsyncIterable<T>): AsyncGenerator<T> {
    const { kysely, name } = await this.#open();
    try {
      const builder = kysely.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only');
      const transaction = await builder.execute();
      try {
        yield* read(transaction);
      } finally {
        await transaction.rollback().execute();
      }
    } catch (error) {
      throw toStoreFailure(error, name);
    }
  }

  /** Writes in one transaction: all of it or nothing. */
  write<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.use((kysely) => kysely.transaction().execute(work));
  }

  async #open(): Promise<Database> {
    this.#database ??= openDatabase(
      this.url ? { url: this.url } : { file: join(this.root, 'results.db') },
      this.options,
    );
    try {
      return await this.#database;
    } catch (error) {
      // The next use tries again.
      this.#database = undefined;
      throw error;
    }
  }

  async #write(workflowId: string, path: string, text: string): Promise<void> {
    try {
      await writeWhole(join(this.folder(workflowId), path), text);
    } catch (error) {
      throw toStoreFailure(error, this.folder(workflowId));
    }
  }

  /** Cells that were taken over, and workers with a folder of their own, leave logs that this folder does not have. */
  async #writeMissingLogs(record: SuiteRecord, name: string): Promise<void> {
    for (const { path, sha256 } of cellsOf(record).flatMap(evidenceOf)) {
      const missing = await access(join(this.folder(name), path)).then(
        () => false,
        () => true,
      );
      const text = missing ? await this.use((kysely) => findEvidence(kysely, sha256)) : undefined;
      if (text !== undefined) await this.#write(name, path, text);
    }
  }
}
