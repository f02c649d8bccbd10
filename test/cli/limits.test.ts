import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcess } from '../support/in-process.js';

const lf = { tool: 'nixlbench', backend: 'LIBFABRIC' };

describe('a suite that is too large', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'limits-'));
    file = join(folder, 'spec.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [what, spec, sentence] of [
    [
      'with too many cells',
      { name: 's', tests: ['a', 'b', 'c'].map((name) => ({ ...lf, name, repetitions: 1000 })) },
      'tests: up to 3000 cells are too many, because a suite can have at most 2000: most are in a (1000), b (1000), c (1000); split it into 2 suites: s-1 with a and b, s-2 with c',
    ],
    [
      'with too much JSON',
      {
        name: 's',
        $schema: ['x'].concat(Array.from({ length: 40 }, () => 'x'.repeat(52_000))),
        tests: [{ ...lf, name: 'a' }],
      },
      'spec: its JSON has 1.98 MiB, and a suite can have at most 1 MiB; use a matrix instead of similar tests, or split the suite',
    ],
  ] as const) {
    it(`${what} is refused alike by validate, plan, run and schedule set`, async () => {
      writeFileSync(file, JSON.stringify(spec));
      const refuse = async (exitCode: number, ...args: string[]) => {
        // No server answers there: a suite that is not refused would end with another exit code.
        const ended = await inProcess(args, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
        assert.equal(ended.exitCode, exitCode, args.join(' '));
        assert.ok(
          `${ended.stdout}${ended.stderr}`.includes(sentence),
          `${args.join(' ')}: ${ended.stdout}${ended.stderr}`,
        );
      };
      await refuse(1, 'validate', file);
      await refuse(1, 'plan', file, '--results', folder);
      await refuse(2, 'run', file);
      await refuse(2, 'schedule', 'set', file);
    });
  }
});
