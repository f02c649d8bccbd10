import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readReport } from '../../../../reports/model/assemble.js';
import { ResultStore } from '../../../../results/store.js';
import { suiteRecord } from '../../../support/records.js';
import { SECRET_VALUES } from '../../../support/secrets.js';
import { saveRun } from '../../../support/stored.js';

describe('the report of a run', () => {
  let folder: string;
  let store: ResultStore;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    store = new ResultStore(folder);
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('has no secret that a former version recorded', async () => {
    const record = suiteRecord('w', []);
    await saveRun(store, record);
    const secret = SECRET_VALUES['Hugging Face token'] ?? '';
    await store.write(async (transaction) => {
      const { record: stored } = await transaction.selectFrom('run').select('record').executeTakeFirstOrThrow();
      const former = { ...JSON.parse(stored), reasons: [{ code: 'x', message: `started with ${secret}` }] };
      await transaction
        .updateTable('run')
        .set({ record: JSON.stringify(former) })
        .execute();
    });
    const report = await store.use((kysely) => readReport(kysely, record.workflowId));
    assert.match(JSON.stringify(report), /started with <redacted>/);
    assert.ok(!JSON.stringify(report).includes(secret));
  });
});
