import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Cluster } from '../kubernetes/cluster.js';
import { missingPermissions } from '../kubernetes/permissions.js';
import { NAMESPACE } from '../kubernetes/resources.js';
import { SuiteFailure } from '../suite/failure.js';
import { parseSpec, type SuiteSpec, suiteSpec } from '../suite/spec.js';
import { connectTemporal, type TemporalConnection } from '../temporal/connection.js';
import { missingSearchAttributes, registerCommand } from '../temporal/search-attributes.js';
import { addStoreOptions, type StoreOptions, withStore } from './store.js';

/** One thing that was looked at. */
interface Finding {
  readonly subject: string;
  readonly ok: boolean;
  readonly message: string;
  /** What to do when it is not ok. */
  readonly hint?: string;
}

const TASK_QUEUE_WORKFLOW = 1;

/** `dynamo-bench doctor`: looks at Temporal, the cluster and the permissions, and says what to do. */
export function doctorCommand(): Command {
  return addStoreOptions(new Command('doctor'))
    .description('check Temporal, the cluster, the permissions and the result store, and say what to do')
    .option('--spec <file>', 'suite spec whose context and namespace are used')
    .option('--task-queue <name>', 'task queue that a worker should serve', 'dynamo-bench')
    .addHelpText('after', '\nExit code 1: something keeps a suite from running.')
    .action(async (options: StoreOptions & { spec?: string; taskQueue: string }) => {
      const spec = options.spec ? parseSpec(JSON.parse(await readFile(options.spec, 'utf8'))) : undefined;
      const cluster = spec?.cluster ?? suiteSpec.shape.cluster.parse({});
      const findings = [
        ...(await checkTemporal(options.taskQueue)),
        ...(await checkCluster(cluster)),
        await checkStore(options),
      ];
      for (const { ok, subject, message, hint } of findings) {
        console.log(`${ok ? 'ok  ' : 'FAIL'}  ${subject}: ${message}`);
        if (!ok && hint) console.log(`      → ${hint}`);
      }
      process.exitCode = findings.every(({ ok }) => ok) ? 0 : 1;
    });
}

async function checkStore(options: StoreOptions): Promise<Finding> {
  try {
    return await withStore(options, async (store) => {
      const [newest] = await store.runs({ limit: 1 });
      const found = newest ? `newest run ${newest.workflowId}` : 'no runs yet';
      return { subject: 'result store', ok: true, message: `${store.name}, ${found}` };
    });
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    // A worker makes it with the first run.
    const ok = error.class === 'NotFound';
    return { subject: 'result store', ok, message: error.message, hint: error.hint };
  }
}

async function checkTemporal(taskQueue: string): Promise<Finding[]> {
  let temporal: TemporalConnection;
  try {
    temporal = await connectTemporal();
  } catch (error) {
    return [{ subject: 'Temporal', ok: false, message: (error as Error).message }];
  }
  const { connection, address, namespace } = temporal;
  try {
    const missing = await missingSearchAttributes(connection, namespace);
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TASK_QUEUE_WORKFLOW,
    });
    const workers = pollers?.length ?? 0;
    return [
      { subject: 'Temporal', ok: true, message: `${address}, namespace ${namespace}` },
      {
        subject: 'search attributes',
        ok: missing.length === 0,
        message: missing.length === 0 ? 'registered' : `missing: ${missing.join(', ')}`,
        hint: `start a worker, which registers them, or: ${registerCommand(namespace, missing)}`,
      },
      {
        subject: 'worker',
        ok: workers > 0,
        message: workers > 0 ? `${workers} on task queue ${taskQueue}` : `none on task queue ${taskQueue}`,
        hint: 'start one: npm run worker, or kubectl apply -f manifests/worker/',
      },
    ];
  } catch (error) {
    return [
      {
        subject: 'Temporal',
        ok: false,
        message: (error as Error).message,
        hint: `does the namespace ${namespace} exist?`,
      },
    ];
  } finally {
    await connection.close();
  }
}

async function checkCluster({
  context,
  namespace,
}: Pick<SuiteSpec['cluster'], 'context' | 'namespace'>): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (subject: string, ok: boolean, message: string, hint?: string) =>
    findings.push({ subject, ok, message, ...(hint ? { hint } : {}) });
  try {
    const cluster = Cluster.connect(context);
    add('cluster', true, `${cluster.server}, Kubernetes ${await cluster.version()}`);
    const missing = await missingPermissions(cluster, namespace);
    const allowed = missing.length === 0;
    add(
      'permissions',
      allowed,
      allowed ? `complete in namespace ${namespace}` : `missing: ${missing.join('; ')}`,
      'kubectl apply -f manifests/worker/rbac.yaml',
    );
    const found = await cluster.find(NAMESPACE, undefined, namespace).catch(() => undefined);
    if (found) add('namespace', true, namespace);
  } catch (error) {
    const failure = error instanceof SuiteFailure ? error : undefined;
    add('cluster', false, (error as Error).message, failure?.hint);
  }
  return findings;
}
