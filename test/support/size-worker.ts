import '../../worker/heap.js';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { ResultStore } from '../../results/store.js';
import { RunDirectory } from '../../temporal/run-directory.js';
import { ScheduleDirectory } from '../../temporal/schedule-directory.js';
import { readConfig } from '../../worker/config.js';
import { createWorker } from '../../worker/worker.js';
import { FakeActivities, PASSED } from './fake-activities.js';
import { measuredCell } from './records.js';
import { installRuntime } from './temporal.js';

/** Steps that use the result store and no cluster. The worker runs the real ones. */
const REAL = [
  'findCell',
  'findLoadCells',
  'recordCell',
  'recordLoadCell',
  'recordStart',
  'recordEnd',
  'compareRun',
  'writeReport',
] as const;

/** What a worker used so far. */
export interface WorkerUse {
  /** Seconds of CPU, of the process and of its ended children. */
  readonly cpu: number;
  /** Largest resident memory of the process, in MB. */
  readonly memory: number;
}

/**
 * Runs a worker whose cluster answers at once, with a real result store, until its parent process disconnects. Answers
 * every message with a `WorkerUse`.
 *
 *   node size-worker.js ADDRESS TASK_QUEUE RESULTS_DIR
 */
async function main([address = '', taskQueue = '', folder = '']: readonly string[]): Promise<void> {
  installRuntime();
  const connection = await NativeConnection.connect({ address });
  const client = await Connection.connect({ address });
  const store = await new ResultStore(folder).open();
  const runs = new RunDirectory(client, 'default');
  const real = createActivities({ store, runs, schedules: new ScheduleDirectory(client, 'default') });
  const fake = new FakeActivities();
  const cell = measuredCell({ workflowId: 'size' });
  const attempt = cell.attempts[0];
  const overrides = Object.fromEntries(REAL.map((name) => [name, real[name]]));
  Object.assign(fake.overrides, overrides, {
    judgeAttempt: async () => ({ ...PASSED, rows: cell.rows }),
    storeEvidence: async ({ run, folder: path }: Parameters<typeof fake.activities.storeEvidence>[0]) => {
      const log = await store.saveLog(run.workflowId, `${path}/node1.log`, 'x'.repeat(2_000));
      return attempt?.ranks.map((rank) => ({ ...rank, log })) ?? [];
    },
  });
  const worker = await createWorker({
    connection,
    namespace: 'default',
    config: readConfig({ TASK_QUEUE: taskQueue, RESULTS_DIR: folder }),
    activities: fake.activities,
  });
  process.on('message', () => process.send?.(use()));
  process.on('disconnect', () => worker.shutdown());
  process.send?.(use());
  await worker.run();
  await Promise.all([connection.close(), client.close(), store.close()]);
}

function use(): WorkerUse {
  const { user, system } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  return { cpu: (user + system) / 1e6, memory: maxRSS / 1024 };
}

await main(process.argv.slice(2));
