import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const IMAGES = fileURLToPath(new URL('../../../local/images', import.meta.url));

/** Runs the Python tests of a folder of `local/images`, which import their modules relative to the folder `top`. */
export async function assertPythonTests(folder: string, top = folder): Promise<void> {
  const args = ['-B', '-m', 'unittest', 'discover', '-s', `${IMAGES}/${folder}`, '-t', `${IMAGES}/${top}`];
  const { exitCode, all } = await execa('python3', args, { all: true, reject: false });
  assert.equal(exitCode, 0, all);
  assert.match(all, /Ran [1-9]\d* tests/);
}
