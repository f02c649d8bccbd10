/**
 * Encodes a path of evidence for a link. Each part may contain any character. The link never leaves the folder: empty parts,
 * `.` and `..` are left out, so that it does not start with a scheme or a host.
 */
export function encodePath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .map((part) =>
      encodeURIComponent(part.toWellFormed()).replace(/[()'!*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`),
    )
    .join('/');
}
