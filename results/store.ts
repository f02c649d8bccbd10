import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kysely, Transaction } from 'kysely';
import { cutOf, type LogText } from '../suite/record/log-text.js';
import type { LogReference, SuiteRecord } from '../suite/record/record.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import type { Database } from './database/database.js';
import { checkVersion } from './database/migrate.js';
import { openDatabase, withoutPassword } from './database/open-database.js';
import { toStoreFailure } from './database/store-failure.js';
import { readStoreId } from './database/store-id.js';
import type { Tables } from './database/tables.js';
import { cellsOf, evidenceOf } from './records/any-cell.js';
import { findEvidence, findLog, type PackedText, putLog, TextPacker, textOf } from './records/evidence.js';
import { writeBelow } from './records/folder.js';
import { checkEvidencePath, folderName, placeBelow } from './records/place.js';
import { redactedText } from './records/redacted-text.js';
import { inChunks, jsonPieces } from './records/text-pieces.js';

/**
 * Stores cells, runs and their evidence in a database, and keeps a folder with readable files for each run beside it.
 * When `write` or `saveLog` has returned, the data is on the disk and survives the death of the process.
 *
 * Every method throws a `SuiteFailure` of a `Store…` class; the class determines whether a retry can help.
 */
export class ResultStore {
  #database: Promise<Database> | undefined;

  /**
   * @param root folder of the run folders and of `results.db`
   * @param url PostgreSQL database to use instead of `results.db`: `postgres://user@host/name`
   * @param options.readOnly read the database without creating, migrating or writing it. Default: false
   */
  constructor(
    readonly root: string,
    readonly url?: string | undefined,
    readonly options: { readonly readOnly?: boolean } = {},
  ) {}

  /** Location of the database, for messages, without a password. */
  get name(): string {
    return this.url ? withoutPassword(this.url) : join(this.root, 'results.db');
  }

  /**
   * Reads the id of the store, which is random and the same for all who use the store.
   */
  id(): Promise<string> {
    return this.use(readStoreId);
  }

  /** Opens the database now instead of at the first use, so that a failure shows early. */
  async open(): Promise<this> {
    await this.#open();
    return this;
  }

  async close(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await (await database?.catch(() => undefined))?.kysely.destroy();
  }

  /** Returns the folder of a run's files. @throws {SuiteFailure} `UnsafePath` for an id that cannot name a folder */
  folder(workflowId: string): string {
    return join(this.root, folderName(workflowId));
  }

  /**
   * Stores evidence without secrets under a path below the run's folder, such as `nixl-ucx/r1-a1/node1.log`. The text
   * passes through in pieces: only its compressed form is in memory as a whole.
   *
   * @throws {SuiteFailure} also `UnsafePath`, see `evidencePathProblem`
   */
  async saveLog(workflowId: string, path: string, log: LogText | string): Promise<LogReference> {
    checkEvidencePath(path);
    const text = typeof log === 'string' ? { first: [Buffer.from(log)] } : log;
    const packer = new TextPacker();
    await this.#writePieces(workflowId, path, packer.through(redactedText(text)));
    const packed = await packer.end();
    return this.use((kysely) => putLog(kysely, workflowId, path, packed, cutOf(text)));
  }

  /** Reads stored evidence. @throws {SuiteFailure} `NotFound` when the store does not have it */
  async readLog(workflowId: string, path: string): Promise<string> {
    return textOf(await this.readPackedLog(workflowId, path));
  }

  /** Reads stored evidence without decompressing it. @throws {SuiteFailure} `NotFound` when the store does not have it */
  async readPackedLog(workflowId: string, path: string): Promise<PackedText> {
    const packed = await this.use((kysely) => findLog(kysely, workflowId, path));
    if (packed === undefined)
      throw new SuiteFailure('NotFound', `the result store has no evidence ${path} of run ${workflowId}`);
    return packed;
  }

  /**
   * Writes `record.json`, `files` and the missing logs into a run's folder, and returns the folder.
   *
   * @param name name of the folder. Default: the workflow id, whose folder belongs to its newest run
   */
  async writeRun(
    record: SuiteRecord,
    files: Readonly<Record<string, string>>,
    name: string = record.workflowId,
  ): Promise<string> {
    await this.writeFile(name, 'record.json', recordText(record));
    await this.#writeMissingLogs(record, name);
    return this.writeFiles(name, files);
  }

  /** Writes files into a run's folder, and returns the folder. */
  async writeFiles(workflowId: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) await this.writeFile(workflowId, path, [text]);
    return this.folder(workflowId);
  }

  /** Writes one file of a run's folder piece by piece. @throws {SuiteFailure} also `UnsafePath` */
  writeFile(workflowId: string, path: string, pieces: Iterable<string>): Promise<void> {
    return this.#writePieces(workflowId, path, inChunks(pieces));
  }

  async #writePieces(
    workflowId: string,
    path: string,
    pieces: Iterable<string> | AsyncIterable<Buffer>,
  ): Promise<void> {
    const name = folderName(workflowId);
    try {
      await writeBelow(this.root, `${name}/${path}`, pieces);
    } catch (error) {
      throw toStoreFailure(error, this.folder(workflowId));
    }
  }

  /** Runs `work` on the database, for example with the functions of `records/` and `regression/`. */
  async use<T>(work: (kysely: Kysely<Tables>) => Promise<T>): Promise<T> {
    const database = await this.#open();
    try {
      return await work(database.kysely);
    } catch (error) {
      const failure = toStoreFailure(error, database.name);
      // A newer program may have migrated the tables since they were opened, or this one only reads an older store.
      if (failure.class !== 'Internal') throw failure;
      await checkVersion(database).catch((other: unknown) => {
        throw other instanceof SuiteFailure ? other : failure;
      });
      throw failure;
    }
  }

  /** Reads a snapshot of the database as of the first query; later writes of other processes are not visible. */
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

  /** Runs `work` in one transaction: all of its writes are stored, or none. */
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
      // Let the next use try again.
      this.#database = undefined;
      throw error;
    }
  }

  /**
   * Writes the logs that the folder lacks: those of reused cells, and of cells that a worker with another folder
   * measured.
   */
  async #writeMissingLogs(record: SuiteRecord, name: string): Promise<void> {
    for (const { path, sha256 } of cellsOf(record).flatMap(evidenceOf)) {
      checkEvidencePath(path);
      const missing = await access(placeBelow(this.folder(name), path)).then(
        () => false,
        () => true,
      );
      const text = missing ? await this.use((kysely) => findEvidence(kysely, sha256)) : undefined;
      if (text !== undefined) await this.writeFile(name, path, [text]);
    }
  }
}

/** Number of levels of a record down to its cells. */
const LEVELS_TO_CELLS = 5;

function* recordText(record: SuiteRecord): Generator<string> {
  yield* jsonPieces(record, 2, LEVELS_TO_CELLS);
  yield '\n';
}
