import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseSpace } from '../../../../results/maintenance/disk-space.js';
import { dropRuns, runsToDrop } from '../../../../results/maintenance/retention.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { fillStore } from '../../../support/filled-store.js';
import { recordNights } from '../../../support/nights.js';
import { cellsOf, readEvidence, runs } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

onBothDatabases('retention', (kind) => {
  it('deletes old runs with their unshared data, and never a baseline, an acknowledged run or an active run', async () => {
    const store = await kind.create();
    await fillStore(store);
    const dropped = await runsToDrop(store, { olderThan: '2027-01-01T00:00:00.000Z' });
    assert.deepEqual(dropped.map(({ workflowId }) => workflowId).sort(), ['nightly-000', 'nightly-003']);
    const { cells, evidence } = await dropRuns(
      store,
      dropped.filter(({ workflowId }) => workflowId === 'nightly-000'),
    );
    assert.deepEqual([cells, evidence.texts], [3, 1], 'what nobody else needs');
    assert.ok(evidence.bytes > 0);
    assert.deepEqual(
      (await runs(store)).map(({ workflowId }) => workflowId),
      ['goes-on', 'nightly-003', 'nightly-002', 'nightly-001'],
    );
    await assert.rejects(access(join(store.folder('nightly-000'))));
    await assert.rejects(store.readLog('nightly-000', 'lf/r1-a1/node2.log'), failureOfClass('NotFound'));
    assert.equal(await store.readLog('nightly-001', 'lf/r1-a1/node1.log'), 'the same text every night');
    const [takenOver] = await cellsOf(store, 'nightly-003', 'lf');
    const log = takenOver?.attempts[0]?.ranks[0]?.log;
    assert.ok(log);
    assert.equal(await readEvidence(store, log.sha256), 'taken over by night 3', 'the cell keeps its evidence');
    const bodies = await store.use((kysely) => kysely.selectFrom('evidence').select('sha256').execute());
    assert.equal(bodies.length, 5, 'one shared, three of their own, one taken over');
  });

  it('keeps the newest runs whatever their age', async () => {
    const store = await kind.create();
    await recordNights(
      store,
      [0, 1, 2, 3, 4].map((night) => ({ night })),
    );
    const names = async (retention: Parameters<typeof runsToDrop>[1]) =>
      (await runsToDrop(store, retention)).map(({ workflowId }) => workflowId);
    assert.deepEqual(await names({ keep: 3 }), ['nightly-001', 'nightly-000']);
    assert.deepEqual(await names({ keep: 3, olderThan: '2026-01-02T00:00:00.000Z' }), ['nightly-000']);
    assert.deepEqual(await names({ olderThan: '2026-01-03T00:00:00.000Z' }), ['nightly-001', 'nightly-000']);
    assert.deepEqual(await names({ keep: 9 }), []);
  });

  it('gives the room back to the disk where the store is a file', async () => {
    const store = await kind.create();
    const [old] = await recordNights(store, [{ night: 0 }, { night: 1 }]);
    assert.ok(old);
    await store.saveLog(old.workflowId, 'lf/r1-a1/node1.log', randomBytes(1_000_000).toString('base64'));
    const { evidence } = await dropRuns(store, await runsToDrop(store, { keep: 1 }));
    assert.ok(evidence.bytes > 1_000_000);
    const freed = await releaseSpace(store);
    if (kind.engine === 'PostgreSQL') assert.equal(freed, undefined);
    else {
      assert.ok(freed !== undefined && freed > evidence.bytes, `${freed} bytes`);
      const { size } = await stat(join(store.root, 'results.db'));
      assert.ok(size < 500_000, `${size} bytes are left`);
      assert.equal(await releaseSpace(store), 0);
    }
    assert.equal((await runs(store)).length, 1);
  });
});
