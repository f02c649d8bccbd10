import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

describe('package.json', () => {
  it('has one version of everything from @temporalio', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([name]) =>
      name.startsWith('@temporalio/'),
    );
    assert.equal(new Set(versions.map(([, version]) => version)).size, 1);
  });
});
