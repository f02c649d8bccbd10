import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { formatBytes } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { LIMITS, tooLarge } from './limits.js';

const LINE_BREAK = 0x0a;

/**
 * Splits bytes into lines. Holds one line, and refuses a longer one while it arrives.
 *
 * @param most maximum bytes of a line
 * @throws {SuiteFailure} `InvalidExport` for a line that is too long
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  most: number = LIMITS.evidenceLine,
): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 1;
  const add = (part: Buffer) => {
    length += part.length;
    if (length > most) throw tooLarge(`line ${number} has more than ${formatBytes(most)}`);
    parts.push(part);
  };
  const take = () => {
    const line = Buffer.concat(parts, length).toString('utf8');
    parts = [];
    length = 0;
    number += 1;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_BREAK); at >= 0; at = chunk.indexOf(LINE_BREAK, from)) {
      add(chunk.subarray(from, at));
      yield take();
      from = at + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  if (length > 0) yield take();
}

/**
 * Reads the lines of a file.
 *
 * @param digest SHA-512 that the file must have, in hexadecimal digits. Default: any
 * @throws {SuiteFailure} `InvalidExport` when the file cannot be read, has a line that is too long or another digest
 */
export async function* linesOfFile(file: string, digest?: string): AsyncGenerator<string> {
  const hash = createHash('sha512');
  yield* splitLines(hashing(file, (chunk) => hash.update(chunk)));
  if (digest !== undefined && hash.digest('hex') !== digest)
    throw new SuiteFailure('InvalidExport', `${file} has changed since its signature was verified`);
}

/** Computes the SHA-512 of a file, in hexadecimal digits. @throws {SuiteFailure} `InvalidExport` */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of hashing(file, () => undefined)) hash.update(chunk);
  return hash.digest('hex');
}

async function* hashing(file: string, seen: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
      seen(chunk);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof SuiteFailure) throw error;
    throw new SuiteFailure('InvalidExport', `Cannot read the export: ${(error as Error).message}`, { cause: error });
  }
}
