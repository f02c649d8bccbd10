import assert from 'node:assert/strict';
import { exportLines } from '../../../../results/exchange/export.js';
import { importLines } from '../../../../results/exchange/import.js';
import { writeFormerStore } from '../../../support/former-store.js';
import { suiteRecord } from '../../../support/records.js';
import { saveRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

onBothDatabases('the id of a store', (kind) => {
  it('is the same for all who use the store, and another one in another store', async () => {
    const store = await kind.create();
    const id = await store.id();
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await store.id(), id);
    assert.equal(await kind.again(store).id(), id);
    assert.equal(await kind.toRead(store).id(), id);
    assert.notEqual(await (await kind.create()).id(), id);
  });

  it('is one when several create the store at the same time, or bring it up to date', async () => {
    const created = await kind.create();
    const ids = await Promise.all([1, 2, 3].map(() => kind.again(created).id()));
    assert.equal(new Set(ids).size, 1);
    const former = await kind.create();
    await writeFormerStore(former, 3);
    const migrated = await Promise.all([1, 2, 3].map(() => kind.again(former).id()));
    assert.equal(new Set(migrated).size, 1);
  });

  it('stays with its store: an export does not contain it, and an import does not change it', async () => {
    const from = await kind.create();
    await saveRun(from, suiteRecord('w', []));
    const lines: string[] = [];
    for await (const line of exportLines(from)) lines.push(line);
    assert.ok(!lines.join('').includes(await from.id()));
    const to = await kind.create();
    const id = await to.id();
    await importLines(
      to,
      (async function* () {
        yield* lines;
      })(),
      { label: 'x.jsonl' },
    );
    assert.equal(await to.id(), id);
  });
});
