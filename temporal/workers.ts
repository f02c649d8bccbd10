import type { Client } from '@temporalio/client';
import { didYouMean } from '../suite/schema/schema.js';

/** Why suite runs on a task queue do not move, or one of them, and what to do. */
export interface Standstill {
  /** One sentence that names the cause. */
  readonly message: string;
  /** Remedy with the command, starting with a verb. */
  readonly hint: string;
}

/** Build of a worker deployment. */
export interface WorkerVersion {
  readonly deployment: string;
  readonly build: string;
}

/** Workers that polled a task queue lately. */
interface Workers {
  readonly count: number;
  /** Set when none of them starts the suite run, or a new suite run if no version is given. */
  readonly trouble?: Standstill;
}

type Service = Pick<Client['connection'], 'workflowService'>;
type Description = Awaited<ReturnType<Service['workflowService']['describeTaskQueue']>>;
type Poller = NonNullable<Description['pollers']>[number];

/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOW = 1;
/** temporal.api.enums.v1.WorkerVersioningMode */
const VERSIONED = 2;
/** Number of newest suite runs whose task queues are suggested, and of task queues that are checked for workers. */
const SUGGESTION = { runs: 100, queues: 5 } as const;
const DEFAULT_QUEUE = 'dynamo-bench';

/**
 * Finds the workers of a task queue, and whether they start suite runs.
 *
 * @param options.pinned version to which a suite run is pinned; default: the version that Temporal gives new runs to
 * @param options.since ignores workers that polled last before this time, in milliseconds since 1970. Default: the five
 *   minutes that the server remembers. A poll takes one minute, a worker that ended stays in the list.
 */
export async function findWorkers(
  client: Client,
  taskQueue: string,
  { pinned, since = 0 }: { readonly pinned?: WorkerVersion | undefined; readonly since?: number } = {},
): Promise<Workers> {
  const description = await describeQueue(client, taskQueue);
  const pollers = (description.pollers ?? []).filter((poller) => lastPoll(poller) >= since);
  const trouble =
    pinned !== undefined
      ? pinnedTrouble(pollers, pinned, taskQueue)
      : pollers.length === 0
        ? await noWorker(client, taskQueue)
        : versionTrouble(pollers, currentVersion(description), taskQueue);
  return { count: pollers.length, ...(trouble ? { trouble } : {}) };
}

/** Returns whether a worker with this identity polled a task queue for workflows in the last five minutes. */
export async function isPolling(client: Client, taskQueue: string, identity: string): Promise<boolean> {
  const { pollers } = await describeQueue(client, taskQueue);
  return (pollers ?? []).some((poller) => poller.identity === identity);
}

/** Names the command line that starts a worker on a task queue. */
function startCommand(taskQueue: string, version?: WorkerVersion): string {
  const variables = [
    ...(taskQueue === DEFAULT_QUEUE ? [] : [`TASK_QUEUE=${taskQueue}`]),
    ...(version ? [`DEPLOYMENT_NAME=${version.deployment}`, `BUILD_ID=${version.build}`] : []),
  ];
  return [...variables, 'npm run worker'].join(' ');
}

function describeQueue({ connection, options }: Client, taskQueue: string): Promise<Description> {
  const request = { namespace: options.namespace, taskQueue: { name: taskQueue }, taskQueueType: WORKFLOW };
  return connection.workflowService.describeTaskQueue(request);
}

async function noWorker(client: Client, taskQueue: string): Promise<Standstill> {
  // A suggestion only: a server that denies the list must not hide the cause.
  const queues = await queuesWithWorkers(client, taskQueue).catch((): string[] => []);
  const similar = queues.length === 0 ? '' : didYouMean(taskQueue, queues).replace('; known: ', '; workers poll: ');
  const [other] = queues;
  return {
    message: `No worker polls task queue "${taskQueue}"${similar}`,
    hint: `Start a worker: ${startCommand(taskQueue)}${other === undefined ? ', or helm install dynamo-bench charts/dynamo-bench' : `; or use a task queue that has one: --task-queue ${other}`}`,
  };
}

/** Lists other task queues of suite runs that a worker polls; the queues of the newest runs first. */
async function queuesWithWorkers(client: Client, except: string): Promise<string[]> {
  const queues = new Set<string>();
  let runs = 0;
  for await (const { taskQueue } of client.workflow.list({
    query: 'WorkflowType="benchmarkSuite"',
    pageSize: SUGGESTION.runs,
  })) {
    queues.add(taskQueue);
    if (++runs === SUGGESTION.runs) break;
  }
  queues.add(DEFAULT_QUEUE).delete(except);
  const candidates = [...queues].slice(0, SUGGESTION.queues);
  const polled = await Promise.all(
    candidates.map(async (queue) => ((await describeQueue(client, queue)).pollers ?? []).length > 0),
  );
  return candidates.filter((_, i) => polled[i]);
}

function pinnedTrouble(pollers: readonly Poller[], pinned: WorkerVersion, taskQueue: string): Standstill | undefined {
  if (pollers.some((poller) => isOf(versionOf(poller), pinned))) return undefined;
  return {
    message: `No worker serves build ${pinned.build} of deployment ${pinned.deployment}, to which the suite run is pinned`,
    hint: `Start that build: ${startCommand(taskQueue, pinned)}`,
  };
}

function versionTrouble(
  pollers: readonly Poller[],
  current: WorkerVersion | undefined,
  taskQueue: string,
): Standstill | undefined {
  if (pollers.some((poller) => isOf(versionOf(poller), current))) return undefined;
  const [newest] = pollers.toSorted((one, other) => lastPoll(other) - lastPoll(one));
  const waiting = newest && versionOf(newest);
  const makeCurrent =
    waiting === undefined
      ? `temporal worker deployment set-current-version --deployment-name ${current?.deployment} --unversioned`
      : `temporal worker deployment set-current-version --deployment-name ${waiting.deployment} --build-id ${waiting.build}`;
  if (current === undefined) {
    return {
      message: `The worker on task queue "${taskQueue}" gets no suite runs: build ${waiting?.build} of deployment ${waiting?.deployment} is not its current version`,
      hint: `Make it current: ${makeCurrent}`,
    };
  }
  return {
    message: `No worker serves build ${current.build} of deployment ${current.deployment}, the current version of task queue "${taskQueue}"`,
    hint: `Start that build: ${startCommand(taskQueue, current)}; or make the running worker current: ${makeCurrent}`,
  };
}

function currentVersion({ versioningInfo }: Description): WorkerVersion | undefined {
  const { deploymentName: deployment, buildId: build } = versioningInfo?.currentDeploymentVersion ?? {};
  return deployment && build ? { deployment, build } : undefined;
}

function versionOf({ deploymentOptions }: Poller): WorkerVersion | undefined {
  const { deploymentName: deployment, buildId: build, workerVersioningMode: mode } = deploymentOptions ?? {};
  return mode === VERSIONED && deployment && build ? { deployment, build } : undefined;
}

function isOf(version: WorkerVersion | undefined, wanted: WorkerVersion | undefined): boolean {
  return version?.deployment === wanted?.deployment && version?.build === wanted?.build;
}

function lastPoll({ lastAccessTime }: Poller): number {
  return Number(lastAccessTime?.seconds ?? 0) * 1000;
}
