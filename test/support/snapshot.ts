import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../test/snapshots/', import.meta.url));

/**
 * Asserts that a text equals the one under its name in test/snapshots/. With UPDATE_SNAPSHOTS=1 the file is written
 * instead; review the difference before it is committed.
 *
 * @param name of the file, with its extension
 */
export function matchesSnapshot(name: string, text: string): void {
  const file = `${FOLDER}${name}`;
  if (process.env.UPDATE_SNAPSHOTS === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  assert.equal(text, readFileSync(file, 'utf8'), `${name} differs; UPDATE_SNAPSHOTS=1 rewrites it`);
}
