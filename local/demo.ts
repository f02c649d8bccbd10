import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { execa } from 'execa';

/**
 * Runs the demo: starts the missing parts of the box, the worker and a suite, shows the progress of the suite and
 * prints its report. Starts the suite with the Temporal command line, as on any cluster. The box and the worker keep
 * running.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TEMPORAL = join(ROOT, 'local/temporal.sh');

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

  await dynamoBench(['watch', workflowId]);
  console.log();
  const { exitCode = 1 } = await dynamoBench(['report', workflowId]);
  if (exitCode < 4) console.log(`runs/${workflowId}/: report.html, report.md, record.json and every log`);
  return exitCode;
}

/** Runs `dynamo-bench` as a user does. Its exit code is the outcome of the suite. */
function dynamoBench(args: readonly string[]) {
  return execa('node', ['dist/cli/main.js', ...args], { stdio: 'inherit', reject: false });
}
