import { Client } from '@temporalio/client';
import { Command } from 'commander';
import { findPlatform } from '../../cluster/dynamo-platform.js';
import { missingPermissions, PERMISSIONS_FILE } from '../../cluster/permissions.js';
import { isForbidden } from '../../kubernetes/client/api-failure.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { NAMESPACE, SECRET } from '../../kubernetes/client/resources.js';
import { shortStoreId } from '../../results/database/store-id.js';
import { listRuns } from '../../results/records/runs.js';
import { platformRemedy } from '../../suite/cluster/platform-remedy.js';
import { parseSuite } from '../../suite/plan/check-suite.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { type SuiteSpec, suiteSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { useTemporal } from '../../temporal/connection.js';
import { missingSearchAttributes, registerCommand } from '../../temporal/search-attributes.js';
import { findWorkers } from '../../temporal/workers.js';
import { EXIT } from '../options/exit-code.js';
import { readSpecFile } from '../options/spec-file.js';
import { addStoreOptions, type StoreOptions, withStore } from '../options/store-options.js';
import { taskQueueOption } from '../options/task-queue.js';
import { addHelp } from '../output/help-text.js';
import { say } from '../output/say.js';

/** Result of one check. */
interface Finding {
  readonly subject: string;
  readonly ok: boolean;
  readonly message: string;
  /** Remedy, shown when the check fails. */
  readonly hint?: string;
}

/** `dynamo-bench doctor`: checks everything that a suite run needs, and shows the remedies. */
export function doctorCommand(): Command {
  const command = addStoreOptions(new Command('doctor'))
    .description(
      'Check Temporal, the cluster, the permissions and the result store, and show the remedy of each problem.',
    )
    .option('--spec <file>', 'suite spec whose cluster, namespace and Dynamo deployment to check')
    .option('--namespace <name>', 'namespace in which suites run (default: that of the spec, or dynamo-bench)')
    .addOption(taskQueueOption())
    .option('--json', 'print JSON')
    .action(async (options: StoreOptions & { spec?: string; namespace?: string; taskQueue: string; json?: true }) => {
      const spec = options.spec ? parseSuite(await readSpecFile(options.spec)) : undefined;
      const cluster = spec?.cluster ?? suiteSpec.in.shape.cluster.parse({});
      const { namespace = cluster.namespace } = options;
      const findings = [
        ...(await checkTemporal(options.taskQueue)),
        ...(await checkCluster({ ...cluster, namespace }, spec?.dynamo)),
        await checkStore(options),
      ];
      process.exitCode = findings.every(({ ok }) => ok) ? EXIT.pass : EXIT.infrastructure;
      if (options.json) return say(JSON.stringify(findings, null, 2));
      for (const { ok, subject, message, hint } of findings) {
        say(`${ok ? 'ok  ' : 'FAIL'}  ${subject}: ${message}`);
        if (!ok && hint) say(`      → ${hint}`);
      }
    });
  return addHelp(command, {
    examples: [
      ['Check the defaults', 'dynamo-bench doctor'],
      ['Check the requirements of a suite', 'dynamo-bench doctor --spec suites/p5.json'],
    ],
    notes:
      'The exit code is 4 when a check fails. The check of the worker includes its version: a build that is not current starts no\nsuite run.',
  });
}

async function checkStore(options: StoreOptions): Promise<Finding> {
  try {
    return await withStore(options, async (store) => {
      const [newest] = await store.use((kysely) => listRuns(kysely, { limit: 1 }));
      const found = newest ? `newest run ${newest.workflowId}` : 'no recorded runs';
      return {
        subject: 'result store',
        ok: true,
        message: `${store.name} (store ${shortStoreId(await store.id())}), ${found}`,
      };
    });
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    // The worker creates the store with the first run.
    const ok = error.class === 'NotFound';
    return { subject: 'result store', ok, message: error.message, hint: error.hint };
  }
}

async function checkTemporal(taskQueue: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    await useTemporal(async ({ connection, address, namespace, dataConverter }) => {
      const missing = await missingSearchAttributes(connection, namespace);
      findings.push({ subject: 'Temporal', ok: true, message: `${address}, namespace ${namespace}` });
      findings.push({
        subject: 'search attributes',
        ok: missing.length === 0,
        message: missing.length === 0 ? 'registered' : `missing: ${missing.join(', ')}`,
        hint: `Start a worker, which registers them, or run: ${registerCommand(namespace, missing)}`,
      });
      const { count, trouble } = await findWorkers(new Client({ connection, namespace, dataConverter }), taskQueue);
      findings.push({
        subject: 'worker',
        ok: trouble === undefined,
        message: trouble?.message ?? `${count} on task queue ${taskQueue}`,
        ...(trouble ? { hint: trouble.hint } : {}),
      });
    });
  } catch (error) {
    const hint = error instanceof SuiteFailure ? error.hint : undefined;
    findings.push({ subject: 'Temporal', ok: false, message: (error as Error).message, ...(hint ? { hint } : {}) });
  }
  return findings;
}

async function checkCluster(
  {
    context,
    namespace,
    leaseNamespace = namespace,
  }: Pick<SuiteSpec['cluster'], 'context' | 'namespace' | 'leaseNamespace'>,
  dynamo: DynamoSpec | undefined,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const add = (subject: string, ok: boolean, message: string, hint?: string) =>
    findings.push({ subject, ok, message, ...(hint ? { hint } : {}) });
  try {
    const cluster = Cluster.connect(context);
    add('cluster', true, `${cluster.server}, Kubernetes ${await cluster.version()}`);
    const { required, optional } = await missingPermissions(cluster, { namespace, leaseNamespace });
    const allowed = required.length === 0;
    add(
      'permissions',
      allowed,
      allowed ? `complete in namespace ${namespace}` : `missing: ${required.join('; ')}`,
      `Grant them: ${PERMISSIONS_FILE} lists them, and the Helm chart binds them to the worker's account`,
    );
    if (optional.length > 0) {
      const what =
        'what other namespaces occupy counts as free, and device plugins and the Dynamo operator are not checked';
      add('other namespaces', true, `this account may not ${optional.join(' and ')}: ${what}`);
    }
    const found = await cluster.find(NAMESPACE, undefined, namespace).catch(() => undefined);
    if (found) add('namespace', true, namespace);
    if (dynamo) findings.push(...(await checkDynamo(cluster, namespace, dynamo, context)));
  } catch (error) {
    const failure = error instanceof SuiteFailure ? error : undefined;
    add('cluster', false, (error as Error).message, failure?.hint);
  }
  return findings;
}

/** Checks the requirements of a suite's inference tests: the Dynamo platform and the model's token. */
async function checkDynamo(
  cluster: Cluster,
  namespace: string,
  { deployWith, platform, model }: DynamoSpec,
  context: string | undefined,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (deployWith === 'operator') {
    const found = await findPlatform(cluster);
    const subject = 'Dynamo platform';
    if ('version' in found) findings.push({ subject, ok: true, message: `operator ${found.version}` });
    else if (found.state === 'absent' && platform.install)
      findings.push({ subject, ok: true, message: `${found.missing}; the suite will install it` });
    else findings.push({ subject, ok: false, message: found.missing, hint: platformRemedy(found, platform, context) });
  }
  const { tokenSecret } = model;
  if (tokenSecret !== undefined) {
    const there = await hasSecret(cluster, namespace, tokenSecret);
    const message = {
      yes: tokenSecret,
      no: `Secret "${tokenSecret}" does not exist in namespace ${namespace}`,
      hidden: `${tokenSecret}; not checked, because this account has no permission to read it`,
    }[there];
    const hint = `Create it: kubectl create secret generic ${tokenSecret} --namespace ${namespace} --from-literal=HF_TOKEN=…`;
    findings.push({ subject: 'model token', ok: there !== 'no', message, hint });
  }
  return findings;
}

async function hasSecret(cluster: Cluster, namespace: string, name: string): Promise<'yes' | 'no' | 'hidden'> {
  try {
    return (await cluster.find(SECRET, namespace, name)) ? 'yes' : 'no';
  } catch (error) {
    if (isForbidden(error)) return 'hidden';
    throw error;
  }
}
