import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { Kysely } from 'kysely';
import type { LogReference } from '../../suite/record/record.js';
import { type FailureClass, SuiteFailure } from '../../suite/verdict/failure.js';
import type { Tables } from '../database/tables.js';

/** Stores and reads evidence: complete, compressed logs. Equal texts are stored once. */

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

type Evidence = Pick<Tables['evidence'], 'sha256' | 'body'>;

/** Stores a log under its path in the run's folder. */
export async function putLog(
  kysely: Kysely<Tables>,
  workflowId: string,
  path: string,
  text: string,
): Promise<LogReference> {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const body = await compress(bytes);
  await kysely.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('evidence')
      .values({ sha256, bytes: bytes.length, encoding: 'zstd', body })
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
  return { path, sha256, bytes: bytes.length };
}

/** Reads a log by its path in a run's folder; undefined when it does not exist. */
export async function findLog(kysely: Kysely<Tables>, workflowId: string, path: string): Promise<string | undefined> {
  const row = await kysely
    .selectFrom('log')
    .innerJoin('evidence', 'evidence.sha256', 'log.sha256')
    .select(['evidence.sha256', 'body'])
    .where('workflow_id', '=', workflowId)
    .where('path', '=', path)
    .executeTakeFirst();
  return row && textOf(row);
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

/** @throws {SuiteFailure} `StoreCorrupt` when the bytes are not those that were stored */
async function textOf(row: Evidence): Promise<string> {
  return (await unpack(row, 'StoreCorrupt')).toString('utf8');
}

/** @throws {SuiteFailure} `InvalidExport` when the bytes are not those that were exported */
export async function checkEvidence(row: Evidence): Promise<void> {
  await unpack(row, 'InvalidExport');
}

async function unpack({ sha256, body }: Evidence, failureClass: FailureClass): Promise<Buffer> {
  const bytes = await decompress(body).catch((error: unknown) => {
    throw new SuiteFailure(failureClass, `cannot decompress evidence ${sha256}`, { cause: error });
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new SuiteFailure(failureClass, `evidence ${sha256} has changed since it was stored: its hash differs`);
  }
  return bytes;
}
