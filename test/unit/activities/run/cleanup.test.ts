import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ActivityContext } from '../../../../activities/context/context.js';
import { runRecordActivities } from '../../../../activities/report/write-report.js';
import { cleanupActivities } from '../../../../activities/run/cleanup.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import type { RunStatus } from '../../../../suite/run/run-status.js';
import { suiteRecord } from '../../../support/records.js';
import { runs } from '../../../support/stored.js';
import { temporaryStore } from '../../../support/temporary-store.js';

describe('the cleanup of a worker', () => {
  const at = temporaryStore();

  it('records the end of a run that Temporal has closed or forgotten, and not of a running one', async () => {
    const statuses: Record<string, RunStatus> = {
      gone: { state: 'closed', how: 'TERMINATED', at: '2026-01-01T03:00:00.000Z' },
      open: { state: 'open' },
    };
    const context = new ActivityContext({
      store: at.store,
      runs: {
        namespaceId: async () => 'here',
        isOpen: async () => true,
        status: async (workflowId) => statuses[workflowId] ?? { state: 'unknown' },
      },
      schedules: at.context.schedules,
      connect: () => ({ list: async () => [] }) as unknown as Cluster,
    });
    const { recordStart } = runRecordActivities(context);
    const { sweepCluster } = cleanupActivities(context);
    const environment = new MockActivityEnvironment();
    for (const workflowId of ['gone', 'open', 'forgotten']) {
      const { endedAt, tests, ...record } = suiteRecord(workflowId, []);
      const run = { workflowId, runId: record.runId, key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
      await environment.run(recordStart, { run, record: { ...record, tests: [] } });
    }
    await environment.run(sweepCluster, { run: { namespace: 'n', leaseNamespace: 'n', retryFor: 60 } });
    const recorded = await runs(at.store);
    assert.deepEqual(recorded.map(({ workflowId, verdict, endedAt }) => [workflowId, verdict, endedAt]).sort(), [
      ['forgotten', 'fail', '2026-01-01T02:30:00.000Z'],
      ['gone', 'fail', '2026-01-01T03:00:00.000Z'],
      ['open', 'running', undefined],
    ]);
  });
});
