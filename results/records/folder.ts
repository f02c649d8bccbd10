import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import writeFileAtomic from 'write-file-atomic';

/**
 * The folders that people read, `<root>/<workflow id>/`: reports, `record.json` and the logs. The database is what counts;
 * these files are made from it. Every file appears whole or not at all.
 */

/** Folder of a run. Characters that a file name cannot hold are percent-encoded. */
export function runFolder(root: string, workflowId: string): string {
  const name = encodeURIComponent(workflowId);
  if (name === '.' || name === '..' || name === '') throw new RangeError(`"${workflowId}" cannot name a folder`);
  return join(root, name);
}

/** Writes one file, and the folders above it. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, text);
}

/** Writes one file from pieces that together need more memory than there is. */
export async function writePieces(file: string, pieces: AsyncIterable<string | Buffer>): Promise<void> {
  // A pipe or a device is written into: a file that took its place would be lost on whoever reads there.
  const isOther = await stat(file).then(
    (found) => !found.isFile() && !found.isDirectory(),
    () => false,
  );
  if (isOther) return pipeline(pieces, createWriteStream(file));
  const part = `${file}.${process.pid}.part`;
  try {
    await pipeline(pieces, createWriteStream(part, { flush: true }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
