import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createZstdCompress, createZstdDecompress, zstdDecompress } from 'node:zlib';
import type { Kysely } from 'kysely';
import type { LogCut, LogReference } from '../../suite/record/record.js';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';

/** Stores and reads evidence: compressed logs. Equal texts are stored once. */

const decompress = promisify(zstdDecompress);

/** A compressed text, as the store has it. */
export type PackedText = Pick<Tables['evidence'], 'sha256' | 'bytes' | 'body'>;

/** Compresses a text piece by piece and passes the pieces on, for a text that does not fit into memory. */
export class TextPacker {
  readonly #hash = createHash('sha256');
  readonly #compressor = createZstdCompress();
  readonly #body = buffer(this.#compressor);
  #bytes = 0;

  constructor() {
    // The caller gets the failure from `end`.
    this.#body.catch(() => undefined);
  }

  /** Returns the same pieces as bytes. */
  async *through(texts: Iterable<string>): AsyncGenerator<Buffer> {
    for (const text of texts) {
      const piece = Buffer.from(text);
      this.#hash.update(piece);
      this.#bytes += piece.length;
      if (!this.#compressor.write(piece)) await once(this.#compressor, 'drain');
      yield piece;
    }
  }

  /** Returns the compressed text after the last piece. */
  async end(): Promise<PackedText> {
    this.#compressor.end();
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes, body: await this.#body };
  }
}

/** Stores a log under its path in the run's folder. */
export async function putLog(
  kysely: Kysely<Tables>,
  workflowId: string,
  path: string,
  { sha256, bytes, body }: PackedText,
  cut?: LogCut,
): Promise<LogReference> {
  await kysely.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('evidence')
      .values({ sha256, bytes, encoding: 'zstd', body })
      .onConflict((conflict) => conflict.column('sha256').doNothing())
      .execute();
    await transaction
      .insertInto('log')
      .values({ workflow_id: workflowId, path, sha256, stored_at: new Date().toISOString() })
      .onConflict((conflict) =>
        conflict
          .columns(['workflow_id', 'path'])
          .doUpdateSet((row) => ({ sha256: row.ref('excluded.sha256'), stored_at: row.ref('excluded.stored_at') })),
      )
      .execute();
  });
  return { path, sha256, bytes, ...(cut ? { cut } : {}) };
}

/** Reads a log by its path in a run's folder; undefined when it does not exist. */
export async function findLog(
  kysely: Kysely<Tables>,
  workflowId: string,
  path: string,
): Promise<PackedText | undefined> {
  return kysely
    .selectFrom('log')
    .innerJoin('evidence', 'evidence.sha256', 'log.sha256')
    .select(['evidence.sha256', 'evidence.bytes', 'body'])
    .where('workflow_id', '=', workflowId)
    .where('path', '=', path)
    .executeTakeFirst();
}

/** Reads a log by its hash; undefined when the store lacks it. */
export async function findEvidence(kysely: Kysely<Tables>, sha256: string): Promise<string | undefined> {
  const row = await kysely
    .selectFrom('evidence')
    .select(['sha256', 'bytes', 'body'])
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row && textOf(row);
}

/** Returns the text of evidence. @throws {SuiteFailure} `StoreCorrupt` when the bytes are not those that were stored */
export async function textOf({ sha256, bytes, body }: PackedText): Promise<string> {
  const unpacked = await decompress(body, { maxOutputLength: Math.max(1, Number(bytes)) }).catch(
    (error: NodeJS.ErrnoException) => {
      // A text that is longer than the stored one has another hash.
      if (error.code === 'ERR_BUFFER_TOO_LARGE') throw otherHash('StoreCorrupt', sha256);
      throw notDecompressed('StoreCorrupt', sha256, error);
    },
  );
  const hash = createHash('sha256').update(unpacked).digest('hex');
  if (hash !== sha256) throw otherHash('StoreCorrupt', sha256);
  return unpacked.toString('utf8');
}

/**
 * Checks that evidence unpacks to its number of bytes and its hash. Holds a part of the bytes at a time, and stops when
 * there are too many.
 *
 * @throws {SuiteFailure} `InvalidExport`
 */
export async function checkEvidence({ sha256, bytes, body }: PackedText): Promise<void> {
  const hash = createHash('sha256');
  let unpacked = 0;
  try {
    await pipeline([body], createZstdDecompress(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        unpacked += chunk.length;
        if (unpacked > bytes) throw otherSize(sha256, bytes);
        hash.update(chunk);
      }
    });
  } catch (error) {
    throw error instanceof SuiteFailure ? error : notDecompressed('InvalidExport', sha256, error);
  }
  if (hash.digest('hex') !== sha256) throw otherHash('InvalidExport', sha256);
  if (unpacked !== bytes) throw otherSize(sha256, bytes);
}

function notDecompressed(failureClass: FailureClass, sha256: string, cause: unknown): SuiteFailure {
  return new SuiteFailure(failureClass, `cannot decompress evidence ${sha256}`, { cause });
}

function otherHash(failureClass: FailureClass, sha256: string): SuiteFailure {
  return new SuiteFailure(failureClass, `evidence ${sha256} has changed since it was stored: its hash differs`);
}

function otherSize(sha256: string, bytes: number): SuiteFailure {
  return new SuiteFailure(
    'InvalidExport',
    `evidence ${sha256} does not unpack to the ${bytes} bytes that its line names`,
  );
}
