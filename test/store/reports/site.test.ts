import assert from 'node:assert/strict';
import { zstdCompressSync } from 'node:zlib';
import { siteFiles } from '../../../reports/site.js';
import { measuredCell, suiteRecord, withLog } from '../../support/records.js';
import { saveRun } from '../../support/stored.js';
import { onBothDatabases } from '../../support/stores.js';

onBothDatabases('the site of a result store', (kind) => {
  it('lacks only evidence that is damaged, and names it', async () => {
    const store = await kind.create();
    const logs = [await store.saveLog('w', 'lf/a.log', 'damaged'), await store.saveLog('w', 'lf/b.log', 'whole')];
    await saveRun(
      store,
      suiteRecord(
        'w',
        logs.map((log, i) => withLog(measuredCell({ workflowId: 'w', repetition: i + 1 }), log)),
      ),
    );
    await store.use((kysely) =>
      kysely
        .updateTable('evidence')
        .set({ body: zstdCompressSync('changed') })
        .where('sha256', '=', logs[0]?.sha256 ?? '')
        .execute(),
    );
    const [paths, left]: [string[], string[]] = [[], []];
    for await (const { path } of siteFiles(store, 100, ({ message }) => left.push(message))) paths.push(path);
    assert.deepEqual(
      paths.filter((path) => path.endsWith('.log')),
      ['runs/w/lf/b.log'],
    );
    assert.deepEqual(left, [`evidence ${logs[0]?.sha256} has changed since it was stored: its hash differs`]);
    assert.ok(paths.includes('index.html'));
  });
});
