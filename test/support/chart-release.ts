import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ADMIN_KUBECONFIG, LINK, LOCAL } from './box.js';
import { quick, type TestSpec } from './lab.js';

const CHART = fileURLToPath(new URL('../../../charts/dynamo-bench', import.meta.url));
const SUITE = fileURLToPath(new URL('../../../suites/local-network.json', import.meta.url));
/** Nodes of the release and of its suites. */
const NODES = ['gpu-1', 'gpu-2'];

/** Object of the cluster, as `KIND/NAME`. */
type ObjectName = string;

/**
 * A Helm release of the chart on the box, with the worker's image of this checkout, Temporal's development server and SQLite
 * on volumes that are folders of this machine. Everything talks only inside the cluster.
 */
export class ChartRelease {
  readonly name = `bench-test-${randomBytes(3).toString('hex')}`;
  readonly system = `${this.name}-system`;

  private constructor(
    readonly helmProgram: string,
    readonly folder: string,
  ) {}

  /** Brings the images to the nodes under the given tags, and creates the volumes. */
  static async prepare(...tags: string[]): Promise<ChartRelease> {
    await execa(join(LOCAL, 'import-images.sh'), tags, { stdout: 'ignore', stderr: 'inherit' });
    const { stdout: helm } = await execa(join(LOCAL, 'helm.sh'), { stderr: 'inherit' });
    const release = new ChartRelease(helm, await mkdtemp(join(tmpdir(), 'dynamo-bench-chart-')));
    for (const volume of ['results', 'temporal']) await release.#createVolume(volume);
    return release;
  }

  async #createVolume(name: string): Promise<void> {
    const path = join(this.folder, name);
    await mkdir(path);
    await this.#apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${this.name}-${name}` },
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: NODES }] },
            ],
          },
        },
      },
    });
  }

  async #apply(object: object): Promise<void> {
    await execa(join(LOCAL, 'kubectl.sh'), ['apply', '-f', '-'], { input: JSON.stringify(object) });
  }

  values(tag: string, more: Readonly<Record<string, unknown>> = {}): object {
    return {
      namespaces: { worker: this.system, benchmark: this.name },
      image: { repository: 'localhost/dynamo-bench', tag, pullPolicy: 'Never' },
      temporal: {
        devServer: { enabled: true, image: 'localhost/temporal:1.9.1', volumeName: `${this.name}-temporal` },
      },
      store: { sqlite: { volumeName: `${this.name}-results` } },
      policy: { images: ['localhost/*', 'nixl-aligned:*'] },
      site: { enabled: true, every: '1s' },
      ...more,
    };
  }

  /** Runs helm on the box in the namespace "default", where the release is recorded. */
  async helm(args: readonly string[], values?: object): Promise<string> {
    const { stdout } = await execa(this.helmProgram, [...args, '--namespace', 'default'], {
      env: { KUBECONFIG: ADMIN_KUBECONFIG },
      ...(values ? { input: JSON.stringify(values) } : {}),
    });
    return stdout;
  }

  /** Installs or upgrades the release, and waits until it is ready and its hooks have ended. */
  async deploy(verb: 'install' | 'upgrade', values: object): Promise<void> {
    await this.helm([verb, this.name, CHART, '--wait', '--timeout', '5m', '--values', '-'], values);
  }

  /** Runs kubectl in the namespace of the worker. */
  async kubectl(...args: string[]): Promise<string> {
    return (await this.#kubectl(args)).stdout;
  }

  #kubectl(args: readonly string[], reject = true) {
    return execa(join(LOCAL, 'kubectl.sh'), ['--namespace', this.system, ...args], { reject });
  }

  /** Runs the Temporal CLI in the pod of the server. */
  temporal(...args: string[]): Promise<string> {
    return this.kubectl('exec', `deploy/${this.name}-temporal`, '--', 'temporal', ...args);
  }

  /** Runs dynamo-bench in the pod of the site, which has the store and Temporal's address. */
  async dynamoBench(...args: string[]): Promise<string> {
    const command = ['exec', `deploy/${this.name}-site`, '--', 'node', 'dist/cli/main.js', ...args];
    // `status` ends with 3 while the suite runs.
    const { exitCode, stdout, stderr } = await this.#kubectl(command, false);
    if (exitCode !== 0 && exitCode !== 3) throw new Error(`dynamo-bench ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Waits until the site serves a file, and returns it. */
  page(path: string): Promise<string> {
    const program = `for (;;) {
      const answer = await fetch('http://${this.name}-site/${path}');
      if (answer.status === 200) { process.stdout.write(await answer.text()); break; }
    }`;
    const command = ['node', '--input-type=module', '--eval', program];
    return this.kubectl('exec', `deploy/${this.name}-site`, '--', ...command);
  }

  /** A suite of the box's transport tests with short tables, without a kubeconfig's context. */
  async spec(): Promise<Record<string, unknown>> {
    const { cluster, fabric, tests, ...spec } = JSON.parse(await readFile(SUITE, 'utf8')) as {
      cluster: Record<string, unknown>;
      fabric: Record<string, unknown>;
      tests: TestSpec[];
    };
    const { context, ...inCluster } = cluster;
    return {
      ...spec,
      onFailure: 'continue',
      startDelay: { min: '0s', max: '10s' },
      nodes: { names: NODES },
      fabric: { ...fabric, rate: LINK.spec },
      cluster: { ...inCluster, namespace: this.name },
      tests: tests.map((test) => ({ ...quick(test), expect: {} })),
    };
  }

  /** Starts a suite with the Temporal CLI. */
  async start(workflowId: string, spec: object): Promise<void> {
    const type = ['--type', 'benchmarkSuite', '--task-queue', 'dynamo-bench', '--workflow-id', workflowId];
    await this.temporal('workflow', 'start', ...type, '--input', JSON.stringify(spec));
  }

  /** Waits for the end of a suite. @returns its result */
  async result(workflowId: string): Promise<{ readonly verdict: string }> {
    const output = await this.temporal('workflow', 'result', '--workflow-id', workflowId, '--output', 'json');
    return (JSON.parse(output) as { result: { verdict: string } }).result;
  }

  /** Asks a suite for its progress until a number of tests has ended. */
  async untilEnded(workflowId: string, tests: number): Promise<void> {
    for (;;) {
      const status = JSON.parse(await this.dynamoBench('status', workflowId, '--json')) as {
        outcome: string;
        tests: { cells: { done: number } }[];
      };
      if (status.tests.filter(({ cells }) => cells.done > 0).length >= tests) return;
      if (status.outcome !== 'running') throw new Error(`${workflowId} ended early: ${status.outcome}`);
    }
  }

  /** Lists what is left of the release in the cluster. */
  async remains(): Promise<ObjectName[]> {
    const kinds =
      'namespaces,clusterroles,clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings,deployments,statefulsets,jobs,cronjobs,pods,services,configmaps,secrets,persistentvolumeclaims,networkpolicies,poddisruptionbudgets,roles,rolebindings,serviceaccounts';
    const label = `app.kubernetes.io/instance=${this.name}`;
    return (await this.kubectl('get', kinds, '--all-namespaces', '--selector', label, '--output', 'name'))
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  /** Removes the release, and what it keeps. */
  async remove(): Promise<void> {
    await this.helm(['uninstall', this.name, '--ignore-not-found', '--no-hooks', '--wait']);
    await this.kubectl('delete', 'namespace', this.system, this.name, '--ignore-not-found');
    await this.kubectl('delete', 'pv', `${this.name}-results`, `${this.name}-temporal`, '--ignore-not-found');
    await rm(this.folder, { recursive: true });
  }
}
