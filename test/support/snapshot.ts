import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled tests are in `dist/test`; the snapshots stay beside the sources. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../../test/snapshots');

/**
 * Compares a text with the snapshot `test/snapshots/<name>`. With the environment variable `UPDATE_SNAPSHOTS=1` it writes
 * the snapshot instead; review the change with `git diff`.
 */
export function matchesSnapshot(name: string, text: string): void {
  const path = join(FOLDER, name);
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  const update = `run this test with UPDATE_SNAPSHOTS=1 to update test/snapshots/${name}`;
  const snapshot = readSnapshot(path);
  assert.ok(snapshot !== undefined, `there is no snapshot of this text: ${update}`);
  assert.equal(text, snapshot, `the text differs from its snapshot: if the change is intended, ${update}`);
}

function readSnapshot(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Returns the readable text of a page: one line for each text between tags, without style sheet and pictures. */
export function textOfHtml(page: string): string {
  const lines = page
    .replaceAll(/<(style|svg)[\s>].*?<\/\1>/gs, '\n')
    .replaceAll(/<[^>]+>/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return `${lines.join('\n')}\n`;
}
