import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { runKey } from '../../suite/run/run.js';
import { RunDirectory } from '../../temporal/run-directory.js';
import { temporal } from '../support/temporal.js';

describe('whether a suite run is active', () => {
  it('is told by its workflow id and the key of its first run: objects of an earlier run are left-overs', async () => {
    const { address, client } = await temporal();
    const connection = await Connection.connect({ address });
    try {
      const runs = new RunDirectory(connection, 'default');
      const workflowId = `open-${randomUUID()}`;
      const { firstExecutionRunId } = await client.workflow.start('benchmarkSuite', {
        workflowId,
        taskQueue: 'nobody',
      });
      const key = runKey(firstExecutionRunId);
      assert.equal(await runs.isOpen(workflowId, key), true);
      assert.equal(await runs.isOpen(workflowId, runKey(randomUUID())), false);
      assert.equal(await runs.isOpen(`${workflowId}-gone`, key), false);
      assert.deepEqual(await runs.status(workflowId, firstExecutionRunId), { state: 'open' });
      assert.deepEqual(await runs.status(workflowId, randomUUID()), { state: 'unknown' });
      await client.workflow.getHandle(workflowId).terminate();
      assert.equal(await runs.isOpen(workflowId, key), false);
      const fate = await runs.status(workflowId, firstExecutionRunId);
      assert.ok(fate.state === 'closed' && fate.how === 'TERMINATED' && Date.parse(fate.at) > 0);
      assert.match(await runs.namespaceId(), /^[0-9a-f-]{36}$/);
    } finally {
      await connection.close();
    }
  });
});
