import { createHash } from 'node:crypto';
import { join, resolve, sep } from 'node:path';
import { evidencePathProblem } from '../../suite/record/evidence-path.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Turns names and paths from records, exports and specs into places below a folder. */

/** Maximum length of a file name, in bytes. */
const MAX_NAME = 255;
/** Maximum length of a path, in bytes, without the NUL at its end. */
const MAX_PATH = 4095;
/** Characters of a long name before its hash. */
const PREFIX = 180;

/**
 * Returns the name of a folder for any text, such as a workflow id. Characters that a file name cannot contain are
 * percent-encoded. A name that is too long for a file system ends with its hash, after a `=` that no other name has.
 *
 * @throws {SuiteFailure} `UnsafePath` for an empty text, `.`, `..`, and a text that is not valid Unicode
 */
export function folderName(text: string): string {
  if (text === '' || text === '.' || text === '..') throw unsafe(`"${text}" cannot name a folder`);
  if (!text.isWellFormed()) throw unsafe('a text that is not valid Unicode cannot name a folder');
  return shortName(encodeURIComponent(text));
}

/**
 * Shortens a percent-encoded name that is too long for a file system. Different names stay different.
 *
 * @param longest maximum length in bytes. Default: 255
 */
export function shortName(encoded: string, longest = MAX_NAME): string {
  if (encoded.length <= longest) return encoded;
  const hash = createHash('sha256').update(encoded).digest('hex');
  // Do not divide a percent-encoded character.
  return `${encoded.slice(0, PREFIX).replace(/%.?$/, '')}=${hash}`;
}

/** Checks the path of evidence. @throws {SuiteFailure} `UnsafePath` */
export function checkEvidencePath(path: string): void {
  const problem = evidencePathProblem(path);
  if (problem) throw unsafe(`${JSON.stringify(path.slice(0, MAX_NAME))}: ${problem}`);
}

/**
 * Resolves a path with `/` between its parts to a place below a folder. Does not read the file system, so a symbolic link
 * on the way is not noticed here (see `writeBelow`).
 *
 * @throws {SuiteFailure} `UnsafePath` for a path that leaves the folder or that no file system takes
 */
export function placeBelow(root: string, path: string): string {
  const above = resolve(root);
  const parts = path.split('/');
  const wrong = parts.find((part) => !isFileName(part));
  if (wrong !== undefined) throw unsafe(`${JSON.stringify(path.slice(0, MAX_NAME))} is not a path below a folder`);
  const place = join(above, ...parts);
  if (!place.startsWith(above.endsWith(sep) ? above : `${above}${sep}`))
    throw unsafe(`${JSON.stringify(path)} leaves its folder`);
  if (Buffer.byteLength(place) > MAX_PATH)
    throw unsafe(`the path ${place.slice(0, MAX_NAME)}… has more than ${MAX_PATH} bytes`);
  return place;
}

function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || /[\p{Cc}\\]/u.test(name)) return false;
  return name.isWellFormed() && Buffer.byteLength(name) <= MAX_NAME;
}

export function unsafe(message: string): SuiteFailure {
  return new SuiteFailure('UnsafePath', message);
}
