import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

/**
 * The demo: brings up what is missing, starts the worker and a suite, shows its progress and ends with its report.
 * The suite is started with the Temporal command line, as it is everywhere. All goes on running for the next suite.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TEMPORAL = join(ROOT, 'local/temporal.sh');
const PROGRESS_INTERVAL_MS = 1000;

interface Progress {
  readonly phase: string;
  readonly step: string;
  readonly tests: readonly {
    readonly name: string;
    readonly status: string;
    readonly verdict?: string;
    readonly result?: string;
  }[];
}

const { values } = parseArgs({
  options: { cluster: { type: 'string', default: 'box' }, spec: { type: 'string', default: 'suites/local.json' } },
});
process.chdir(ROOT);
process.exitCode = await demo(values.cluster, values.spec).catch((error: unknown) => {
  console.error(`demo: ${(error as Error).message}`);
  return 1;
});

async function demo(cluster: string, spec: string): Promise<number> {
  const own = cluster === 'current';
  const { dynamo } = JSON.parse(await readFile(spec, 'utf8')) as { dynamo?: unknown };
  const env = dynamo ? { DYNAMO_BENCH_INFERENCE: 'yes' } : {};
  await execa(join(ROOT, 'local/up.sh'), own ? ['--only', 'temporal'] : [], { stdio: 'inherit', env });
  await execa(join(ROOT, 'local/worker.sh'), own ? [userKubeconfig()] : [], { stdio: 'inherit' });
  const workflowId = `demo-${new Date()
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '-')}`;
  return runSuite(workflowId, spec);
}

function userKubeconfig(): string {
  return process.env.KUBECONFIG ?? join(homedir(), '.kube/config');
}

async function runSuite(workflowId: string, spec: string): Promise<number> {
  const start = [
    'workflow',
    'start',
    '--type',
    'benchmarkSuite',
    '--task-queue',
    'dynamo-bench',
    '--workflow-id',
    workflowId,
    '--input-file',
    spec,
  ];
  console.log(`\n$ temporal ${start.join(' ')}`);
  await execa(TEMPORAL, start);
  console.log(`  http://127.0.0.1:8233/namespaces/default/workflows/${workflowId}\n`);

  let ended = false;
  const result = execa(TEMPORAL, ['workflow', 'result', '--workflow-id', workflowId], {
    reject: false,
    all: true,
  }).then((end) => {
    ended = true;
    return end;
  });
  await showProgress(workflowId, () => ended);
  const { exitCode = 1, all } = await result;
  const report = await readFile(join('results', workflowId, 'report.md'), 'utf8').catch(() => undefined);
  console.log(report ? `\n${report}` : `\n${all}`);
  if (report) console.log(`results/${workflowId}/: report.md, record.json and every log`);
  return exitCode;
}

/** One line whenever the step changes or a test ends. */
async function showProgress(workflowId: string, ended: () => boolean): Promise<void> {
  const started = performance.now();
  const shown = new Set<string>();
  const show = (line: string) => {
    if (shown.has(line)) return;
    shown.add(line);
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  };
  while (!ended()) {
    const progress = await queryProgress(workflowId);
    for (const { name, status, verdict, result } of progress?.tests ?? []) {
      if (status === 'done') show(`${name}: ${verdict}${result ? `, ${result}` : ''}`);
    }
    if (progress) show(`${progress.phase}: ${progress.step}`);
    await new Promise((resolve) => setTimeout(resolve, PROGRESS_INTERVAL_MS));
  }
}

async function queryProgress(workflowId: string): Promise<Progress | undefined> {
  const { stdout, exitCode } = await execa(
    TEMPORAL,
    ['workflow', 'query', '--workflow-id', workflowId, '--name', 'progress', '--output', 'json'],
    { reject: false },
  );
  if (exitCode !== 0) return undefined;
  const { queryResult } = JSON.parse(stdout) as { queryResult?: Progress[] };
  return queryResult?.[0];
}
