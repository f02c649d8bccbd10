import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Root of the repository, with a slash at the end; this file runs from `dist/docs/generator`. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Documents outside `docs/`. */
const OTHERS = ['README.md', 'CONTRIBUTING.md', 'local/README.md', 'local/images/README.md'];

/** A document: its path below the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Reads all documents of the repository. */
export async function readPages(): Promise<Page[]> {
  const docs = (await readdir(`${ROOT}docs`)).filter((name) => name.endsWith('.md')).sort();
  const paths = [...OTHERS, ...docs.map((name) => `docs/${name}`)];
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(ROOT + path, 'utf8') })));
}
