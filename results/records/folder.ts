import { randomBytes } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FILE_MODE, FOLDER_MODE, makeRoot, setMode, tighten } from '../database/modes.js';
import { placeBelow, unsafe } from './place.js';

/**
 * Writes the folders of runs, `<root>/<workflow id>/`: reports, `record.json` and logs. They can be generated again from the
 * database. Every file is written completely or not at all.
 */

type Pieces = AsyncIterable<string | Buffer> | Iterable<string>;

/**
 * Writes one file below a folder piece by piece, and creates its parent folders.
 *
 * @param path path with `/` between its parts
 * @throws {SuiteFailure} `UnsafePath` for a path that leaves the folder, also through a symbolic link
 */
export async function writeBelow(root: string, path: string, pieces: Pieces): Promise<void> {
  const file = placeBelow(root, path);
  await makeFolders(root, dirname(file));
  await replaceFile(file, pieces);
}

/** Writes one file that its user named, for contents that do not fit into memory. */
export async function writePieces(file: string, pieces: Pieces): Promise<void> {
  // Write a pipe or a device directly: a file that replaced it would not reach its reader.
  const isOther = await stat(file).then(
    (found) => !found.isFile() && !found.isDirectory(),
    () => false,
  );
  if (isOther) return pipeline(pieces, createWriteStream(file));
  await replaceFile(file, pieces);
}

/** Creates the folders from a root down to one of its subfolders, none of which may be a symbolic link. */
async function makeFolders(root: string, folder: string): Promise<void> {
  await makeRoot(root);
  const realRoot = await realpath(root);
  let place = realRoot;
  for (const name of relative(resolve(root), folder).split(sep).filter(Boolean)) {
    place = join(place, name);
    const isNew = await mkdir(place, { mode: FOLDER_MODE }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (isNew) await setMode(place, FOLDER_MODE);
    else if ((await lstat(place)).isSymbolicLink())
      throw unsafe(`the folder ${place} is a symbolic link, and the suite writes no results through one`);
    else await tighten(place, FOLDER_MODE);
  }
}

/** Writes a new file and puts it in the place of the former one. A symbolic link in that place is replaced, not followed. */
async function replaceFile(file: string, pieces: Pieces): Promise<void> {
  // The name does not depend on that of the file, which may be as long as a file system permits.
  const part = join(dirname(file), `.${process.pid}-${randomBytes(6).toString('hex')}.part`);
  // Opened here: a stream that opens the file itself can create it after an early error has removed it.
  const handle = await openNew(part);
  try {
    await handle.chmod(FILE_MODE);
    await pipeline(pieces, handle.createWriteStream({ flush: true }));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function openNew(file: string): Promise<FileHandle> {
  return open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, FILE_MODE);
}
