import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const BENCH = fileURLToPath(new URL('../../../../local/images/bench', import.meta.url));

/** Runs the Python tests of a folder. */
async function assertTests(...selection: string[]): Promise<void> {
  const args = ['-B', '-m', 'unittest', 'discover', ...selection];
  const { exitCode, all } = await execa('python3', args, { all: true, reject: false, env: { PYTHONPATH: BENCH } });
  assert.equal(exitCode, 0, all);
  assert.match(all, /Ran [1-9]\d* tests/);
}

describe('the stand-in nixlbench', () => {
  it('passes its own tests', () => assertTests('-s', `${BENCH}/nixlbench`, '-t', BENCH));
  it('fails in the ways that tests select', () => assertTests('-s', `${BENCH}/faults`));
});
