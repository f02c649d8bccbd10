import { chmod, lstat, mkdir, open } from 'node:fs/promises';

/** Permissions of files of results: the owner writes, the group reads. */
export const FILE_MODE = 0o640;
/** Permissions of folders of results. */
export const FOLDER_MODE = 0o750;

/** Bit of a folder that gives its files the group of the folder, such as the group of a team. */
const SET_GROUP_ID = 0o2000;

/** Sets the permissions of a new file or folder, of which the umask of the process may have removed some. */
export async function setMode(path: string, mode: number): Promise<void> {
  await chmod(path, ((await lstat(path)).mode & SET_GROUP_ID) | mode);
}

/**
 * Creates the folder of a result store, which only its owner and group can use. Does not change an existing folder, which
 * other programs may use.
 */
export async function makeRoot(root: string): Promise<void> {
  const first = await mkdir(root, { recursive: true, mode: FOLDER_MODE });
  if (first !== undefined) await setMode(root, FOLDER_MODE);
}

/** Creates an empty file that only its owner and group can use, or tightens the permissions of an existing one. */
export async function makePrivate(file: string): Promise<void> {
  const handle = await open(file, 'wx', FILE_MODE).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (!handle) return tighten(file, FILE_MODE);
  try {
    await handle.chmod(FILE_MODE);
  } finally {
    await handle.close();
  }
}

/**
 * Removes permissions beyond `mode` from a file or folder of this user. Leaves it unchanged when it is missing, has fewer
 * permissions, is a symbolic link or belongs to another user.
 */
export async function tighten(path: string, mode: number): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isSymbolicLink() || found.uid !== process.geteuid?.()) return;
  const permissions = found.mode & 0o7777;
  const allowed = permissions & (mode | SET_GROUP_ID);
  if (allowed !== permissions) await chmod(path, allowed);
}
