import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLoadLog } from '../../../suite/aiperf/load-log.js';
import { isolated } from '../../support/environment.js';
import { fixture } from '../../support/fixtures.js';

const LOAD = fileURLToPath(new URL('../../../../manifests/scripts/load.sh', import.meta.url));

describe('the load script', () => {
  it('prints AIPerf’s exports with their checksums, so that a damaged copy is found', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'load-'));
    try {
      const exports = { 'profile_export_aiperf.csv': 'ok.csv', 'profile_export_aiperf.json': 'ok.json' };
      // AIPerf ends the lines of its CSV with CR LF.
      for (const name of Object.values(exports))
        await writeFile(
          join(folder, name),
          fixture(`aiperf/${name}`).replace(/\r?\n/g, name.endsWith('.csv') ? '\r\n' : '\n'),
        );
      const copies = Object.entries(exports).map(([name, from]) => `cp '${join(folder, from)}' "$2/${name}"`);
      const tool = join(folder, 'aiperf');
      await writeFile(tool, `#!/bin/sh\nmkdir -p "$2"\n${copies.join('\n')}\n`);
      await chmod(tool, 0o755);
      const { stdout } = await isolated('sh', [LOAD, tool], { env: { DYNAMO_BENCH_OUTPUT: folder } });
      assert.match(stdout, /"event":"end-file","cksum":\d+,"bytes":\d+/);
      // As container runtimes store the lines.
      const log = readLoadLog(stdout.replaceAll('\r\n', '\n'));
      assert.equal(log.exitCode, 0);
      assert.deepEqual(log.damaged, []);
      for (const [name, from] of Object.entries(exports)) {
        assert.equal(log.files.get(name)?.trimEnd(), fixture(`aiperf/${from}`).replaceAll('\r', '').trimEnd());
      }
      assert.deepEqual(readLoadLog(stdout.replace('"avg": 228', '"avg": 328')).damaged, ['profile_export_aiperf.json']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
