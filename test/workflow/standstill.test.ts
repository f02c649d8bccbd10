import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { execa } from 'execa';
import { findStandstill } from '../../temporal/standstill.js';
import { describeSuiteRun, fetchProgress } from '../../temporal/suite-runs.js';
import { findWorkers, type Standstill } from '../../temporal/workers.js';
import { readConfig } from '../../worker/config.js';
import { createWorker } from '../../worker/worker.js';
import { pauseSignal } from '../../workflows/common/messages.js';
import { FakeActivities } from '../support/fake-activities.js';
import { withOtherWorker } from '../support/other-worker.js';
import { plan, until } from '../support/suite-run.js';
import { TEMPORAL, temporal } from '../support/temporal.js';

const oneTest = { ...plan, tests: [plan.tests[1]] };
const LATER_MS = 10 * 60_000;

interface Version {
  readonly deployment: string;
  readonly build: string;
}

describe('why a suite run does not move', () => {
  const started: WorkflowHandle[] = [];

  afterEach(async () => {
    await Promise.all(started.splice(0).map((handle) => handle.terminate().catch(() => undefined)));
  });

  async function start(taskQueue: string, name = oneTest.name): Promise<WorkflowHandle> {
    const { workflow } = (await temporal()).client;
    const workflowId = `still-${randomUUID()}`;
    const handle = await workflow.start('benchmarkSuite', { workflowId, taskQueue, args: [{ ...oneTest, name }] });
    started.push(handle);
    return handle;
  }

  /** Runs a worker of the suite for as long as `work` takes. */
  async function withVersion<T>(
    taskQueue: string,
    version: Version | undefined,
    work: () => Promise<T>,
    fake = new FakeActivities(),
  ) {
    const connection = await NativeConnection.connect({ address: (await temporal()).address });
    const variables = version ? { DEPLOYMENT_NAME: version.deployment, BUILD_ID: version.build } : {};
    const config = readConfig({ TASK_QUEUE: taskQueue, ...variables });
    const worker = await createWorker({ connection, namespace: 'default', config, activities: fake.activities });
    try {
      return await worker.runUntil(work);
    } finally {
      await connection.close();
    }
  }

  async function standstill({ workflowId }: WorkflowHandle, after = 0): Promise<Standstill | undefined> {
    const { client } = await temporal();
    const answer = await fetchProgress(client, workflowId);
    const answered = answer.progress !== undefined;
    const description = await describeSuiteRun(client, workflowId);
    return findStandstill(client, description, { ...answer, answered }, Date.now() + after);
  }

  /** Waits until the standstill has a matching message. */
  async function untilStandstill(handle: WorkflowHandle, message: RegExp): Promise<Standstill> {
    for (;;) {
      const found = await standstill(handle);
      if (found && message.test(found.message)) return found;
    }
  }

  /** Waits until a worker of the version, or any, has polled the queue. */
  async function untilPolled(taskQueue: string, count = 1): Promise<void> {
    const { client } = await temporal();
    while ((await findWorkers(client, taskQueue)).count < count);
  }

  /** Makes commands of the Temporal CLI. The server knows a build once a worker of it has polled. */
  async function run(line: string): Promise<void> {
    const [, ...words] = line.split(' ');
    const { address } = await temporal();
    while ((await execa(TEMPORAL, [...words, '--address', address, '--yes'], { reject: false })).exitCode !== 0);
  }

  it('is a task queue that no worker polls, with the similar name of one that has a worker', async () => {
    const { client } = await temporal();
    const taskQueue = `bench-${randomUUID()}`;
    await withVersion(taskQueue, undefined, async () => {
      const right = await start(taskQueue);
      await right.result();
      const wrong = await start(`${taskQueue}x`);
      const found = await standstill(wrong);
      assert.equal(found?.message, `No worker polls task queue "${taskQueue}x"; did you mean "${taskQueue}"?`);
      assert.match(
        found.hint,
        new RegExp(`^Start a worker: TASK_QUEUE=${taskQueue}x npm run worker; .*--task-queue ${taskQueue}$`),
      );
      assert.deepEqual(await findWorkers(client, taskQueue), { count: 1 });
    });
    const gone = await findWorkers(client, taskQueue, { since: Date.now() + LATER_MS });
    assert.equal(gone.count, 0, 'a worker that ended stays in the list of the server for some minutes');
    assert.match(gone.trouble?.message ?? '', /^No worker polls/);
  });

  it('is a worker version that is not current; the printed command makes it start the run', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    const version = { deployment: `d-${randomUUID()}`, build: 'a' };
    await withVersion(taskQueue, version, async () => {
      await untilPolled(taskQueue);
      const handle = await start(taskQueue);
      const { message, hint } = await untilStandstill(handle, /build a of deployment .* is not its current version/);
      assert.match(message, new RegExp(`"${taskQueue}".*${version.deployment}`));
      const command = `temporal worker deployment set-current-version --deployment-name ${version.deployment} --build-id a`;
      assert.equal(hint, `Make it current: ${command}`);
      await run(command);
      await handle.result();
      assert.deepEqual(await findWorkers((await temporal()).client, taskQueue), { count: 1 });
    });
  });

  it('is a build that no worker serves: the current one, or the one that began the run', async () => {
    const { client } = await temporal();
    const taskQueue = `queue-${randomUUID()}`;
    const deployment = `d-${randomUUID()}`;
    const [a, b] = [
      { deployment, build: 'a' },
      { deployment, build: 'b' },
    ];
    const fake = new FakeActivities();
    const begun = Promise.withResolvers<void>();
    fake.overrides.watchRanks = async () => {
      begun.resolve();
      await Context.current().cancelled;
      throw new Error('cancelled');
    };
    const pinned = await withVersion(
      taskQueue,
      a,
      async () => {
        await untilPolled(taskQueue);
        await run(`temporal worker deployment set-current-version --deployment-name ${deployment} --build-id a`);
        const handle = await start(taskQueue);
        await begun.promise;
        return handle;
      },
      fake,
    );
    await withVersion(taskQueue, b, async () => {
      await untilPolled(taskQueue, 2);
      const description = await describeSuiteRun(client, pinned.workflowId);
      const found = await findStandstill(client, description, { answered: false }, Date.now() + LATER_MS);
      assert.match(
        found?.message ?? '',
        new RegExp(`^No worker serves build a of deployment ${deployment}, .* pinned$`),
      );
      assert.match(
        found?.hint ?? '',
        /DEPLOYMENT_NAME=\S+ BUILD_ID=a npm run worker; or .*terminate --workflow-id still-/,
      );
      const waiting = await findWorkers(client, taskQueue, { since: Date.now() - 5_000 });
      assert.ok(waiting.count > 0);
      await run(`temporal worker deployment set-current-version --deployment-name ${deployment} --build-id b`);
      assert.equal((await findWorkers(client, taskQueue)).trouble, undefined);
    });
  });

  it('is a version of the worker that does not fit the run, also while no task of it waits', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    const handle = await withOtherWorker({ workflows: 'sleeping-suite', taskQueue }, async () => {
      const begun = await start(taskQueue);
      while (((await begun.describe()).historyLength ?? 0) < 5);
      return begun;
    });
    await withVersion(taskQueue, undefined, async () => {
      const asked = await untilStandstill(handle, /does not fit the run: \[TMPRL1100\]/);
      assert.match(asked.hint, /^Start the worker version that began the run on task queue "queue-/);
      await handle.signal(pauseSignal);
      const { message, hint } = await untilStandstill(handle, /attempt \d+/);
      assert.match(message, /^Suite run "still-.*does not fit the run, attempt \d+: \[TMPRL1100\] /);
      const again = `temporal workflow terminate --workflow-id ${handle.workflowId} && dynamo-bench run SPEC --workflow-id ${handle.workflowId}`;
      assert.ok(hint.endsWith(again), hint);
    });
  });

  it('is a running test that the version of the worker does not fit, while the suite itself answers', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    const fake = new FakeActivities();
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    fake.overrides.watchRanks = async () => {
      begun.resolve();
      await Promise.race([released.promise, Context.current().cancelled]);
      return { timedOut: false, endedBySuite: [] };
    };
    const handle = await withVersion(
      taskQueue,
      undefined,
      async () => {
        const running = await start(taskQueue);
        await begun.promise;
        return running;
      },
      fake,
    );
    released.resolve();
    await withOtherWorker({ workflows: 'sleeping-test', taskQueue, activities: fake.activities }, async () => {
      const { message, hint } = await untilStandstill(handle, /^Test "lf" .*\[TMPRL1100\]/);
      assert.match(message, /attempt \d+/);
      const ids = [`${handle.workflowId}/lf`, handle.workflowId];
      assert.ok(hint.includes(ids.map((id) => `temporal workflow terminate --workflow-id ${id}`).join(' && ')), hint);
      await until(handle, ({ phase }) => phase === 'benchmarks');
    });
    const { client } = await temporal();
    await client.workflow.getHandle(`${handle.workflowId}/lf`).terminate();
  });

  it('is any other workflow task that fails again and again, with its message and attempt', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    await withOtherWorker({ workflows: 'failing-suite', taskQueue }, async () => {
      const failed = await untilStandstill(await start(taskQueue), /attempt/);
      assert.match(failed.message, /its workflow task fails, attempt \d+: made up$/);
      assert.match(failed.hint, /^Check the log of the workers on task queue "queue-/);
      const large = await untilStandstill(await start(taskQueue, 'too large'), /attempt/);
      assert.match(large.message, /a payload is too large, attempt \d+: \[TMPRL1103\]/);
      assert.match(
        large.hint,
        /^Divide the suite .*; start again with the recorded cells: temporal workflow terminate /,
      );
    });
  });

  it('is nothing while it measures', async () => {
    const taskQueue = `queue-${randomUUID()}`;
    const fake = new FakeActivities();
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    fake.overrides.watchRanks = async () => {
      begun.resolve();
      await released.promise;
      return { timedOut: false, endedBySuite: [] };
    };
    await withVersion(
      taskQueue,
      undefined,
      async () => {
        const handle = await start(taskQueue);
        await begun.promise;
        assert.equal(await standstill(handle), undefined);
        released.resolve();
        await handle.result();
      },
      fake,
    );
  });
});
