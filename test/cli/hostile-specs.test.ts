import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.js';
import { FORBIDDEN, PLAIN_SECRET } from '../support/secrets.js';

const lf = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const times = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a hostile spec on the command line', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hostile-'));
    file = join(folder, 'spec.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => inProcess(args, { TEMPORAL_ADDRESS: '127.0.0.1:1' });

  it('shows the first 50 problems and the number of the others', async () => {
    writeFileSync(
      file,
      JSON.stringify({ name: 's', tests: [{ ...lf, name: 'a' }], interleave: times(60).map((i) => `u${i}`) }),
    );
    const { exitCode, stderr } = await run('validate', file);
    assert.equal(exitCode, 1);
    assert.match(stderr, /: 60 problems\n(?: {2}interleave.*\n){50} {2}and 10 more$/);
    const { stdout } = await run('plan', file, '--results', folder);
    assert.match(stdout, /has 10 more problems/);
    const json = JSON.parse((await run('validate', file, '--json')).stdout);
    assert.deepEqual([json.count, json.problems.length], [60, 50]);
  });

  it('never shows a secret of it', async () => {
    const tests = [{ ...lf, name: 'a', matrix: { 'env.HF_TOKEN': [PLAIN_SECRET, 'b'] } }];
    writeFileSync(file, JSON.stringify({ name: 's', env: { PGPASSWORD: PLAIN_SECRET }, tests }));
    for (const args of [
      ['validate', file],
      ['validate', file, '--json'],
      ['plan', file, '--results', folder],
      ['run', file],
    ]) {
      const { exitCode, stdout, stderr } = await run(...args);
      assert.notEqual(exitCode, 0);
      assert.doesNotMatch(stdout + stderr, FORBIDDEN);
      assert.match(stdout + stderr, /secretKeyRef/);
    }
  });

  it('is not started under a workflow id that names no folder', async () => {
    writeFileSync(file, JSON.stringify({ name: 's', tests: [{ ...lf, name: 'a' }] }));
    for (const id of ['..', '.', '', 'a\nb', 'é'.repeat(300)]) {
      const { exitCode, stderr } = await run('run', file, '--workflow-id', id);
      assert.equal(exitCode, 2, id);
      assert.match(stderr, /--workflow-id/);
    }
  });
});
