import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createZstdCompress, zstdDecompress } from 'node:zlib';
import type { Kysely } from 'kysely';
import type { LogCut, LogReference } from '../../suite/record/record.js';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';

/** Stores and reads evidence: compressed logs. Equal texts are stored once. */

const decompress = promisify(zstdDecompress);

/** A compressed text, as the store has it. */
export type PackedText = Pick<Tables['evidence'], 'sha256' | 'body'>;

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
  async end(): Promise<PackedText & { readonly bytes: number }> {
    this.#compressor.end();
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes, body: await this.#body };
  }
}

/** Stores a log under its path in the run's folder. */
export async function putLog(
  kysely: Kysely<Tables>,
  workflowId: string,
  path: string,
  { sha256, bytes, body }: PackedText & { readonly bytes: number },
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
    .select(['evidence.sha256', 'body'])
    .where('workflow_id', '=', workflowId)
    .where('path', '=', path)
    .executeTakeFirst();
}

/** Reads a log by its hash; undefined when the store lacks it. */
export async function findEvidence(kysely: Kysely<Tables>, sha256: string): Promise<string | undefined> {
  const row = await kysely
    .selectFrom('evidence')
    .select(['sha256', 'body'])
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  return row && textOf(row);
}

/** Returns the text of evidence. @throws {SuiteFailure} `StoreCorrupt` when the bytes are not those that were stored */
export async function textOf(row: PackedText): Promise<string> {
  return (await unpack(row, 'StoreCorrupt')).toString('utf8');
}

/** @throws {SuiteFailure} `InvalidExport` when the bytes are not those that were exported */
export async function checkEvidence(row: PackedText): Promise<void> {
  await unpack(row, 'InvalidExport');
}

async function unpack({ sha256, body }: PackedText, failureClass: FailureClass): Promise<Buffer> {
  const bytes = await decompress(body).catch((error: unknown) => {
    throw new SuiteFailure(failureClass, `cannot decompress evidence ${sha256}`, { cause: error });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new SuiteFailure(failureClass, `evidence ${sha256} has changed since it was stored: its hash differs`);
  }
  return bytes;
}
