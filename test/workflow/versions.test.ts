import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { execa } from 'execa';
import { readConfig } from '../../worker/config.js';
import { createWorker } from '../../worker/worker.js';
import type { SuiteResult } from '../../workflows/common/messages.js';
import { FakeActivities } from '../support/fake-activities.js';
import { plan } from '../support/suite-run.js';
import { TEMPORAL, temporal } from '../support/temporal.js';

const DEPLOYMENT = 'versions-test';
const TASK_QUEUE = `queue-${randomUUID()}`;

/** The server knows a build once a worker of it has asked for work. */
async function makeCurrent(build: string): Promise<void> {
  const { address } = await temporal();
  const version = ['--deployment-name', DEPLOYMENT, '--build-id', build];
  const command = ['worker', 'deployment', 'set-current-version', ...version, '--yes', '--address', address];
  while ((await execa(TEMPORAL, command, { reject: false })).exitCode !== 0);
}

async function start(): Promise<() => Promise<SuiteResult>> {
  const { client } = await temporal();
  const workflowId = `suite-${randomUUID()}`;
  const handle = await client.workflow.start('benchmarkSuite', { workflowId, taskQueue: TASK_QUEUE, args: [plan] });
  return () => handle.result();
}

const measured = ({ calls }: FakeActivities) => calls.filter((call) => call.startsWith('recordCell')).length;

describe('a versioned worker', () => {
  it('keeps the suites that began on it when another build is current, and new ones go to that', async () => {
    const [old, current] = [new FakeActivities(), new FakeActivities()];
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    old.overrides.watchRanks = async () => {
      begun.resolve();
      await released.promise;
      return { timedOut: false, endedBySuite: [] };
    };
    const connection = await NativeConnection.connect({ address: (await temporal()).address });
    const worker = (build: string, { activities }: FakeActivities) => {
      const config = readConfig({ TASK_QUEUE, DEPLOYMENT_NAME: DEPLOYMENT, BUILD_ID: build });
      return createWorker({ connection, namespace: 'default', config, activities });
    };
    const workers = [await worker('a', old), await worker('b', current)];
    try {
      const scenario = (async () => {
        await makeCurrent('a');
        const endOfFirst = await start();
        await begun.promise;
        await makeCurrent('b');
        const endOfSecond = await start();
        assert.equal((await endOfSecond()).verdict, 'pass');
        assert.deepEqual([measured(old), measured(current)], [0, plan.tests.length]);
        released.resolve();
        assert.equal((await endOfFirst()).verdict, 'pass');
        assert.deepEqual([measured(old), measured(current)], [plan.tests.length, plan.tests.length]);
      })();
      await Promise.all(workers.map((each) => each.runUntil(scenario)));
    } finally {
      released.resolve();
      await connection.close();
    }
  });
});
