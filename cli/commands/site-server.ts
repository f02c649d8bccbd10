import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Pages that the site renders itself. Every other file, such as a log named x.html, is served as text. */
const PAGE = /^(index\.html|history\/[^/]+\.html|runs\/[^/]+\/report\.html)$/;

/** Headers of every answer. The pages have no script and load nothing. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-same-origin allow-top-navigation-by-user-activation",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Creates a server of the files in a folder. It answers GET and HEAD, serves only regular files inside the folder, also when
 * a link leads outside, lists no folder, and changes nothing.
 *
 * @param folder returns the folder; undefined while there is none yet
 */
export function createSiteServer(folder: () => string | undefined): Server {
  return createServer((request, response) => {
    answer(folder(), request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'The file cannot be read');
    });
  });
}

async function answer(folder: string | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'Use GET or HEAD', { allow: 'GET, HEAD' });
  if (folder === undefined) return refuse(response, 503, 'No results recorded yet');
  const path = pathOf(url);
  const file = path === undefined ? undefined : await openInside(folder, path);
  if (path === undefined || file === undefined) return refuse(response, 404, 'Not found');
  try {
    const { size } = await file.stat();
    const type = PAGE.test(path) ? 'text/html' : 'text/plain';
    response.writeHead(200, { ...HEADERS, 'content-type': `${type}; charset=utf-8`, 'content-length': size });
    if (method === 'HEAD' || size === 0) response.end();
    else await pipeline(file.createReadStream({ autoClose: false, end: size - 1 }), response);
  } finally {
    await file.close();
  }
}

/** Returns the path of a request below the folder; undefined when it is not the plain path of a file. */
function pathOf(url: string): string | undefined {
  const [encoded = ''] = url.split(/[?#]/, 1);
  if (encoded === '/') return 'index.html';
  try {
    const parts = encoded.split('/').slice(1).map(decodeURIComponent);
    const isWrong = (part: string, i: number) =>
      part === '' || isHidden(part, parts[0] === 'runs' && i === 1) || /[/\\\0]/.test(part);
    return parts.some(isWrong) ? undefined : parts.join('/');
  } catch {
    return undefined;
  }
}

/** Returns true for the name of a hidden file. The folder of a run has the name of its workflow id, which can begin with a dot. */
function isHidden(part: string, ofRun: boolean): boolean {
  return ofRun ? part === '.' || part === '..' : part.startsWith('.');
}

/** Opens a regular file; undefined when it is none, or is outside the folder. */
async function openInside(folder: string, path: string): Promise<FileHandle | undefined> {
  try {
    const [root, target] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    if (!target.startsWith(root + sep)) return undefined;
    // Not through a link that replaced the file meanwhile, and without waiting for a writer of a pipe.
    const file = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...HEADERS, ...headers, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}
