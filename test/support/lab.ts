import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkflowClient } from '@temporalio/client';
import { execa } from 'execa';
import type { Pod } from '../../kubernetes/client/objects.js';
import { CONFIG_MAP, DEPLOYMENT, JOB, LEASE, POD, SERVICE } from '../../kubernetes/client/resources.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import type { Progress } from '../../workflows/common/messages.js';
import { type Box, createNamespace, LINK, startBox, type TestNamespace } from './box.js';
import { installPolicies } from './chart.js';
import { DurableTemporal } from './durable-temporal.js';
import { environment } from './environment.js';
import { TEMPORAL, temporal } from './temporal.js';

const WORKER = fileURLToPath(new URL('../../worker/main.js', import.meta.url));
const LOCAL_SUITE = fileURLToPath(new URL('../../../suites/local-network.json', import.meta.url));

/** Tables of a second, for tests that are not hit in the middle; large enough that no burst of the link lifts a figure. */
const QUICK: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'ucx-perftest': { sizes: ['1Mi'], iterations: 64, warmupIterations: 4 },
  nixlbench: {
    startBlockSize: '512Ki',
    maxBlockSize: '1Mi',
    numIter: 64,
    warmupIter: 2,
    totalBufferSize: '16Mi',
  },
};

/** The same test with a short table. */
export function quick(test: TestSpec): TestSpec {
  return { ...test, ...QUICK[String(test.tool)] };
}

/** How a suite ended: the workflow's status, its failure's message, and the record that it left. */
export interface SuiteEnd {
  readonly workflowId: string;
  readonly status: string;
  readonly failure: string;
  readonly record: SuiteRecord;
  readonly report: string;
}

export interface LabOptions {
  readonly withoutRole?: boolean;
  /** Installs namespaces, permissions and policies with the Helm chart. */
  readonly chart?: boolean;
  /** A Temporal server of the lab's own with a database file, for tests that kill it. Default: the one of all tests. */
  readonly ownTemporal?: boolean;
}

/** Nodes gpu-1 to gpu-4 of the box, two for each process of a mocha run in parallel; a box of two nodes has the first. */
function nodePair(): readonly [string, string] {
  const pair = Number(process.env.MOCHA_WORKER_ID ?? 0) % 2;
  return [`gpu-${2 * pair + 1}`, `gpu-${2 * pair + 2}`];
}

/**
 * A whole installation: the box, a namespace with the worker's Role, a Temporal server, and the worker as a process of
 * its own. Suites are started with the Temporal CLI, as users do.
 */
export class Lab {
  readonly taskQueue = `lab-${randomBytes(3).toString('hex')}`;
  /** The nodes of the lab's suites. Suites of labs that run at the same time have others. */
  readonly nodes = nodePair();
  readonly #workers: ChildProcess[] = [];

  private constructor(
    readonly box: Box,
    readonly namespace: TestNamespace,
    readonly folder: string,
    readonly server: DurableTemporal | undefined,
    readonly client: WorkflowClient,
    readonly address: string,
  ) {}

  static async open({ withoutRole = false, chart = false, ownTemporal = false }: LabOptions = {}): Promise<Lab> {
    const box = await startBox();
    const namespace = await (chart ? installPolicies(box.admin) : createNamespace(box.admin, { withoutRole }));
    const folder = await mkdtemp(join(tmpdir(), 'dynamo-bench-lab-'));
    const server = ownTemporal ? await DurableTemporal.start(join(folder, 'temporal.db')) : undefined;
    const { address, client } = server ?? (await temporal());
    const workflows = client instanceof WorkflowClient ? client : client.workflow;
    const lab = new Lab(box, namespace, folder, server, workflows, address);
    await mkdir(lab.results);
    lab.startWorker();
    return lab;
  }

  async close(): Promise<void> {
    await this.stopWorkers('SIGTERM');
    await this.server?.stop();
    await this.namespace.remove();
    await rm(this.folder, { recursive: true });
    await this.box.stop();
  }

  /**
   * Starts a worker, beside those that run.
   *
   * @param kubeconfig of another cluster or account than the namespace's
   * @param variables further variables of its environment
   */
  startWorker(kubeconfig = this.namespace.kubeconfig, variables: Readonly<Record<string, string>> = {}): void {
    const log = createWriteStream(join(this.folder, 'worker.log'), { flags: 'a' });
    const worker = spawn(process.execPath, [WORKER], {
      env: environment({
        KUBECONFIG: kubeconfig,
        TEMPORAL_ADDRESS: this.address,
        TASK_QUEUE: this.taskQueue,
        RESULTS_DIR: this.results,
        LOG_LEVEL: 'WARN',
        ...this.namespace.variables,
        ...variables,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    worker.stdout.pipe(log, { end: false });
    worker.stderr.pipe(log, { end: false });
    this.#workers.push(worker);
  }

  /** Ends the worker that was started first. */
  async stopWorker(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const worker = this.#workers.shift();
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill(signal);
    await ended;
  }

  async stopWorkers(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    while (this.#workers.length > 0) await this.stopWorker(signal);
  }

  get workerPid(): number | undefined {
    return this.#workers[0]?.pid;
  }

  get results(): string {
    return join(this.folder, 'results');
  }

  /** suites/local-network.json in this lab; a failed test does not wait for a person. */
  fullSpec(): Promise<LocalSpec> {
    return this.readSpec(LOCAL_SUITE);
  }

  /** A suite in this lab's namespace, on its nodes; a failed test does not wait for a person. */
  async readSpec<Spec extends LocalSpec>(file: string): Promise<Spec> {
    const spec = JSON.parse(await readFile(file, 'utf8')) as Spec;
    return {
      ...spec,
      onFailure: 'continue',
      fabric: { ...spec.fabric, rate: LINK.spec },
      cluster: { ...spec.cluster, namespace: this.namespace.name },
      nodes: { names: this.nodes },
    };
  }

  /**
   * The same without a start delay, with short timeouts and without expectations of the bandwidth.
   *
   * @param changes replaces top-level fields; `cluster` keeps what is not replaced in it
   */
  async spec(changes: Record<string, unknown> = {}): Promise<LocalSpec> {
    const { tests, ...spec } = await this.fullSpec();
    const { cluster, ...rest } = changes;
    return {
      ...spec,
      tests: tests.map((test) => ({ ...test, expect: {} })),
      startDelay: { min: '0s', max: '10s' },
      timeouts: { retry: '20s', podStart: '20s', unschedulable: '5s' },
      ...rest,
      cluster: { ...spec.cluster, ...(cluster as object | undefined) },
    };
  }

  /** Tests of that suite by their names, in the order of the names. */
  async tests<const Names extends readonly string[]>(
    ...names: Names
  ): Promise<{ readonly [Index in keyof Names]: TestSpec }> {
    const { tests } = await this.spec();
    const found = names.map((name) => {
      const test = tests.find((candidate) => candidate.name === name);
      if (!test) throw new Error(`${LOCAL_SUITE} has no test "${name}"`);
      return test;
    });
    return found as unknown as { readonly [Index in keyof Names]: TestSpec };
  }

  /** Starts a suite with the Temporal CLI and returns its workflow id. */
  async start(spec: unknown, workflowId = `suite-${randomBytes(3).toString('hex')}`): Promise<string> {
    const file = join(this.folder, `${workflowId}.json`);
    await writeFile(file, JSON.stringify(spec));
    await this.temporal(
      'workflow',
      'start',
      '--type',
      'benchmarkSuite',
      '--task-queue',
      this.taskQueue,
      '--workflow-id',
      workflowId,
      '--input-file',
      file,
    );
    return workflowId;
  }

  /** Waits until a suite has ended, whichever way. */
  async end(workflowId: string): Promise<SuiteEnd> {
    const handle = this.client.getHandle(workflowId);
    // Short requests: a busy server ends a long poll with DEADLINE_EXCEEDED, which says nothing about the suite.
    while ((await handle.describe()).status.name === 'RUNNING')
      await new Promise((resolve) => setTimeout(resolve, 250));
    const failure = await handle.result().then(
      () => '',
      (error: unknown) => ((error as Error).cause as Error | undefined)?.message ?? String(error),
    );
    const folder = join(this.results, workflowId);
    const [record, report] = await Promise.all([
      readFile(join(folder, 'record.json'), 'utf8').then(
        (text) => JSON.parse(text) as SuiteRecord,
        () => undefined,
      ),
      readFile(join(folder, 'report.md'), 'utf8').catch(() => ''),
    ]);
    return {
      workflowId,
      status: (await handle.describe()).status.name,
      failure,
      record: record as SuiteRecord,
      report,
    };
  }

  async run(spec: unknown, workflowId?: string): Promise<SuiteEnd> {
    return this.end(await this.start(spec, workflowId));
  }

  async progress(workflowId: string): Promise<Progress> {
    return this.client.getHandle(workflowId).query<Progress>('progress');
  }

  /** Pods of the lab's namespace. */
  pods(labelSelector: string): Promise<Pod[]> {
    return this.box.admin.list<Pod>(POD, this.namespace.name, { labelSelector });
  }

  /**
   * Waits until both ranks of a test run, and returns their pods. Those of the test before may still be there, and still
   * say that they run. Fails at once when the suite has ended, and says in which step it is when the time is up.
   */
  async untilRanksRun(workflowId: string, test: string): Promise<Pod[]> {
    let running: Pod[] = [];
    const handle = this.client.getHandle(workflowId);
    await this.until(
      `both ranks of ${test} run`,
      async () => {
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING')
          throw new Error(`the suite has ended before: ${(await this.end(workflowId)).failure}`);
        const pods = await this.pods(`dynamo-bench/test=${test}`);
        running = pods.filter(
          ({ metadata, status }) =>
            metadata.annotations?.['dynamo-bench/workflow-id'] === workflowId && status?.phase === 'Running',
        );
        return running.length === 2;
      },
      240,
      async () => (await this.progress(workflowId)).step,
    );
    return running;
  }

  /**
   * Everything in the lab's namespace that carries the suite's label, as `Kind/name`.
   *
   * @param seconds for which to wait for deletions
   */
  async leftovers(seconds = 30): Promise<string[]> {
    const query = { labelSelector: 'app.kubernetes.io/managed-by=dynamo-bench' };
    let names: string[] = [];
    for (let tries = 0; tries < seconds * 10; tries++) {
      const found = await Promise.all(
        [POD, CONFIG_MAP, SERVICE, DEPLOYMENT, JOB, LEASE].map(async (kind) => {
          const objects = await this.box.admin.list(kind, this.namespace.name, query);
          return objects.map(({ metadata }) => `${kind.kind}/${metadata.name}`);
        }),
      );
      names = found.flat();
      if (names.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return names;
  }

  /** The files that a suite has kept, by their path below its folder. */
  async kept(workflowId: string): Promise<ReadonlyMap<string, string>> {
    const folder = join(this.results, workflowId);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    return new Map(
      await Promise.all(files.map(async (file) => [relative(folder, file), await readFile(file, 'utf8')] as const)),
    );
  }

  /** Waits until `seen` is true of the cluster or the workflow. */
  async until(
    what: string,
    seen: () => Promise<boolean>,
    seconds = 180,
    explain = async () => 'no more is known',
  ): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await seen())) {
      if (Date.now() > deadline) throw new Error(`after ${seconds} s still not: ${what} (${await explain()})`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** The Temporal command line against this lab's server. */
  async temporal(...args: string[]): Promise<string> {
    const { stdout } = await execa(TEMPORAL, [...args, '--address', this.address]);
    return stdout;
  }
}

export type TestSpec = Readonly<Record<string, unknown>>;

export interface LocalSpec {
  readonly cluster: Record<string, unknown>;
  readonly fabric: Record<string, unknown>;
  readonly tests: readonly TestSpec[];
  readonly [field: string]: unknown;
}
