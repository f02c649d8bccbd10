import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import writeFileAtomic from 'write-file-atomic';

/**
 * Writes the folders of runs, `<root>/<workflow id>/`: reports, `record.json` and logs. They can be generated again from the
 * database. Every file is written completely or not at all.
 */

/** Returns the folder of a run. Characters that a file name cannot contain are percent-encoded. */
export function runFolder(root: string, workflowId: string): string {
  const name = encodeURIComponent(workflowId);
  if (name === '.' || name === '..' || name === '') throw new RangeError(`"${workflowId}" cannot name a folder`);
  return join(root, name);
}

/** Writes one file and creates its parent folders. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, text);
}

/** Numbers the unfinished files of this process, because two steps may write the same file. */
let parts = 0;

/** Writes one file piece by piece, for contents that do not fit into memory. */
export async function writePieces(
  file: string,
  pieces: AsyncIterable<string | Buffer> | Iterable<string>,
): Promise<void> {
  // Write a pipe or a device directly: a file that replaced it would not reach its reader.
  const isOther = await stat(file).then(
    (found) => !found.isFile() && !found.isDirectory(),
    () => false,
  );
  if (isOther) return pipeline(pieces, createWriteStream(file));
  const part = `${file}.${process.pid}-${parts++}.part`;
  // Opened here: a stream that opens the file itself can create it after an early error has removed it.
  const handle = await open(part, 'w');
  try {
    await pipeline(pieces, handle.createWriteStream({ flush: true }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
