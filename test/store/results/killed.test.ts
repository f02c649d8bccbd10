import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ResultStore } from '../../../results/store.js';
import { environment } from '../../support/environment.js';
import { cellsOf, readEvidence, readRun, runs } from '../../support/stored.js';
import { onBothDatabases } from '../../support/stores.js';

const PROCESS = fileURLToPath(new URL('../../support/recording-process.js', import.meta.url));

/** Runs a recording process; `onLine` may kill it. Resolves to all lines that it printed. */
async function record(
  store: ResultStore,
  prefix: string,
  howMany: number,
  onLine: (line: number, kill: () => void) => void = () => undefined,
): Promise<string[]> {
  const child = spawn(process.execPath, [PROCESS, store.root, store.url ?? '-', prefix, String(howMany)], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    onLine(lines.length, () => child.kill('SIGKILL'));
  }
  await ended;
  return lines;
}

onBothDatabases('a process that is killed while it records', (kind) => {
  it('loses nothing that was recorded, and leaves a store that is whole', async () => {
    const store = await kind.create();
    const random = xoroshiro128plus(20260101);
    const lines: string[] = [];
    for (let round = 0; round < 5; round++) {
      const last = 2 + (Math.abs(random.next()) % 40);
      const delayMs = Math.abs(random.next()) % 5;
      const printed = await record(store, `round-${round}`, Number.POSITIVE_INFINITY, (line, kill) => {
        if (line === last) setTimeout(kill, delayMs);
      });
      lines.push(...printed.filter((line) => line !== 'open'));
    }
    assert.ok(lines.length >= 5);
    for (const line of lines) {
      const [what, workflowId = '', expected = ''] = line.split(' ');
      if (what === 'log') {
        assert.match((await readEvidence(store, expected)) ?? '', new RegExp(`^${workflowId}: a line of a log`));
        assert.ok(await store.readLog(workflowId, 'nixl-libfabric/r1-a1/node1.log'));
      } else if (what === 'cell') {
        const [cell] = await cellsOf(store, workflowId, 'nixl-libfabric');
        assert.equal(cell?.measurement?.value, Number(expected));
      } else {
        assert.equal((await readRun(store, workflowId)).record.verdict, expected);
        assert.equal(await readFile(join(store.folder(workflowId), 'report.md'), 'utf8'), `# ${workflowId}\n`);
      }
    }
    if (kind.engine === 'SQLite') {
      const { rows } = await store.use((kysely) => sql`pragma integrity_check`.execute(kysely));
      assert.deepEqual(rows, [{ integrity_check: 'ok' }]);
    }
  });

  it('shares the store with other processes from the first moment on', async () => {
    const store = await kind.create();
    await Promise.all(['a', 'b', 'c', 'd'].map((prefix) => record(store, prefix, 10)));
    assert.equal((await runs(store)).length, 40);
  });
});
