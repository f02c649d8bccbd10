import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writePieces } from '../../../../results/records/folder.js';

describe('a file that is written in pieces', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pieces-'));
    await writeFile(join(folder, 'x'), 'before');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the place of the one before when all of them are there', async () => {
    const seen: string[] = [];
    await writePieces(
      join(folder, 'x'),
      (async function* () {
        yield 'one, ';
        seen.push(await readFile(join(folder, 'x'), 'utf8'));
        yield 'two';
      })(),
    );
    assert.deepEqual(seen, ['before']);
    assert.equal(await readFile(join(folder, 'x'), 'utf8'), 'one, two');
    assert.deepEqual(await readdir(folder), ['x']);
  });

  it('leaves the one before, and nothing else, when they end with an error', async () => {
    const pieces = (async function* () {
      yield 'one, ';
      throw new Error('the store is gone');
    })();
    await assert.rejects(writePieces(join(folder, 'x'), pieces), /the store is gone/);
    assert.equal(await readFile(join(folder, 'x'), 'utf8'), 'before');
    assert.deepEqual(await readdir(folder), ['x']);
  });

  it('goes into a pipe as it is, and leaves it one', async () => {
    const pipe = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    const pieces = (async function* () {
      yield 'one ';
      yield 'two';
    })();
    const [text] = await Promise.all([readFile(pipe, 'utf8'), writePieces(pipe, pieces)]);
    assert.equal(text, 'one two');
    assert.ok((await lstat(pipe)).isFIFO());
  });
});
