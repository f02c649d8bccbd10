import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const BENCH = fileURLToPath(new URL('../../../../local/images/bench', import.meta.url));

describe('the stand-in nixlbench', function () {
  this.timeout(60_000);

  it('passes its own tests', async () => {
    const args = ['-B', '-m', 'unittest', 'discover', '-s', `${BENCH}/nixlbench`, '-t', BENCH];
    const { exitCode, all } = await execa('python3', args, { all: true, reject: false });
    assert.equal(exitCode, 0, all);
    assert.match(all, /Ran [1-9]\d* tests/);
  });
});
