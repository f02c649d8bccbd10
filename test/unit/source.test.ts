import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What must hold of the sources themselves. */
describe('sources', function () {
  this.timeout(120_000);

  it('pass the linter and the formatter', async () => {
    const { exitCode, all } = await execa('biome', ['check', '.'], {
      cwd: root,
      all: true,
      reject: false,
      preferLocal: true,
      localDir: root,
    });
    assert.equal(exitCode, 0, all);
  });

  it('of the stand-in nixlbench pass its own tests', async () => {
    const { exitCode, all } = await execa(
      'python3',
      ['-m', 'unittest', 'discover', '-s', 'local/images/bench/nixlbench', '-t', 'local/images/bench'],
      { cwd: root, all: true, reject: false },
    );
    assert.equal(exitCode, 0, all);
    assert.match(all ?? '', /Ran [1-9]\d* tests/);
  });

  it('have one version of everything from @temporalio', async () => {
    const manifest = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([name]) =>
      name.startsWith('@temporalio/'),
    );
    assert.equal(new Set(versions.map(([, version]) => version)).size, 1);
  });
});
