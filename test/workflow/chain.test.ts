import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Connection, type WorkflowHandle } from '@temporalio/client';
import { execa } from 'execa';
import { runKey } from '../../suite/run/run.js';
import { chainOf } from '../../temporal/chain.js';
import { RunDirectory } from '../../temporal/run-directory.js';
import { inProcess } from '../support/in-process.js';
import { withOtherWorker } from '../support/other-worker.js';
import { TEMPORAL, temporal } from '../support/temporal.js';

describe('a suite run that continues as new between its blocks', () => {
  let connection: Connection;
  let runs: RunDirectory;
  before(async () => {
    connection = await Connection.connect({ address: (await temporal()).address });
    runs = new RunDirectory(connection, 'default');
  });
  after(() => connection.close());

  /** Runs a worker whose step `isRunOpen` waits before the last block while it is held. */
  async function withChain(blocks: readonly string[], work: (chain: Chain) => Promise<void>, failing?: string) {
    const { client } = await temporal();
    const taskQueue = `queue-${randomUUID()}`;
    const workflowId = `chain-${randomUUID()}`;
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const begun: number[] = [];
    const activities = {
      isRunOpen: async () => {
        if (begun.push(Date.now()) >= blocks.length) {
          reached.resolve();
          await released.promise;
        }
        return true;
      },
    };
    await withOtherWorker({ workflows: 'chained-suite', taskQueue, activities }, async () => {
      const args = [{ blocks, ...(failing ? { failing } : {}) }];
      const handle = await client.workflow.start('benchmarkSuite', { workflowId, taskQueue, args });
      await reached.promise;
      const chain = { workflowId, first: handle.firstExecutionRunId, handle, release: released.resolve, begun };
      try {
        await work(chain);
      } finally {
        released.resolve();
      }
    });
  }
  interface Chain {
    readonly workflowId: string;
    readonly first: string;
    readonly handle: WorkflowHandle;
    readonly release: () => void;
    readonly begun: readonly number[];
  }

  /** Run ids of the chain, the first one first. */
  async function runIds(workflowId: string): Promise<string[]> {
    const { client } = await temporal();
    const { runId } = await client.workflow.getHandle(workflowId).describe();
    const found: string[] = [];
    for await (const run of chainOf(client, workflowId, runId)) found.unshift(run.runId);
    return found;
  }

  async function deleteRun(workflowId: string, runId: string): Promise<void> {
    const workflowExecution = { workflowId, runId };
    await connection.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
    const { client } = await temporal();
    const known = () => client.workflow.getHandle(workflowId, runId).describe();
    while (await known().catch(() => undefined));
  }

  it('is open as long as the last run of its chain, under the id of its first run', async () => {
    await withChain(['ucx', 'lf', 'nixl-ucx'], async ({ workflowId, first, handle, release }) => {
      const ids = await runIds(workflowId);
      assert.deepEqual([ids.length, ids[0]], [3, first]);
      assert.deepEqual(await runs.status(workflowId, first), { state: 'open' });
      assert.equal(await runs.isOpen(workflowId, runKey(first)), true);
      release();
      await handle.result();
      const ended = await runs.status(workflowId, first);
      assert.ok(ended.state === 'closed' && ended.how === 'COMPLETED');
      assert.equal(await runs.isOpen(workflowId, runKey(first)), false);
    });
  });

  it('is closed as its last run closed, also when another run with its workflow id has begun', async () => {
    await withChain(['ucx', 'lf'], async ({ workflowId, first, handle }) => {
      await handle.terminate();
      const { client } = await temporal();
      const options = { workflowId, taskQueue: 'nobody', args: [{ blocks: [] }] };
      const other = await client.workflow.start('benchmarkSuite', options);
      const ended = await runs.status(workflowId, first);
      assert.ok(ended.state === 'closed' && ended.how === 'TERMINATED');
      assert.equal(await runs.isOpen(workflowId, runKey(first)), false);
      await other.terminate();
    });
  });

  it('is still open when Temporal has deleted its first run after the retention time', async () => {
    await withChain(['ucx', 'lf'], async ({ workflowId, first, release }) => {
      await deleteRun(workflowId, first);
      assert.deepEqual(await runs.status(workflowId, first), { state: 'open' });
      assert.deepEqual(await runs.status(workflowId, randomUUID()), { state: 'unknown' });
      release();
      await (await temporal()).client.workflow.getHandle(workflowId).result();
      assert.equal((await runs.status(workflowId, first)).state, 'closed');
    });
  });

  it('is reset in the run of the chain that has the block, and runs from there', async () => {
    const { address } = await temporal();
    const env = { TEMPORAL_ADDRESS: address };
    const blocks = ['ucx', 'lf', 'nixl-ucx'];
    await withChain(
      blocks,
      async ({ workflowId, handle, release, begun }) => {
        release();
        await handle.result();
        const ids = await runIds(workflowId);
        for (const [i, block] of blocks.entries()) {
          const { stdout } = await inProcess(['reset', workflowId, '--test', block, '--json'], env);
          assert.equal(JSON.parse(stdout).runId, ids[i], block);
        }
        const wrong = await inProcess(['reset', workflowId, '--test', 'none'], env);
        assert.match(wrong.stderr, /with --test: ucx, lf, nixl-ucx$/);
        const { stdout } = await inProcess(['reset', workflowId], env);
        const [comment, command = ''] = stdout.split('\n');
        assert.match(comment ?? '', /^# Test lf failed/);
        assert.match(command, new RegExp(`--run-id ${ids[1]} --event-id \\d+ `));
        const [, ...words] = command.replace(/ --reason '.*'$/, '').split(' ');
        await execa(TEMPORAL, [...words, '--reason', 'again', '--address', address]);
        await (await temporal()).client.workflow.getHandle(workflowId).result();
        assert.equal(begun.length, blocks.length + 2, 'lf and nixl-ucx ran again');
        const status = await runs.status(workflowId, ids[0] ?? '');
        assert.equal(status.state === 'closed' && status.how, 'COMPLETED', 'the first run of the chain stays known');
      },
      'lf',
    );
  });
});
