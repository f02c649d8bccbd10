import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs lanes of the tests from `dist`, one after the other, and ends with one line for all: `N passed, N failed`. A lane
 * is a folder below `test`. Node.js runs this file as it is.
 *
 *   node test/lanes/run.ts LANE...|all [MOCHA-OPTION...]     such as: cluster --grep 'killed for memory'
 */

const LANES = ['check', 'unit', 'scripts', 'store', 'workflow', 'cli', 'page', 'simulation', 'cluster'] as const;
type Lane = (typeof LANES)[number];

/** Parts of a lane that run at once, each a process; the next stage begins when all have ended. */
type Stage = Readonly<Record<string, readonly string[]>>;

/**
 * Suites of the cluster lane that share the box: each has a namespace and asks for a part of the nodes' devices. Dynamo's resources
 * exist once in a cluster, so that all of their tests are in one part. A file that is not named here runs alone, since it
 * measures the link, or changes or breaks the box.
 */
const SHARED_BOX: Readonly<Record<string, readonly string[]>> = {
  tools: ['tool-faults', 'exclusive', 'bad-input', 'etcd'],
  runs: ['resume', 'faults', 'pod-faults', 'api-faults', 'store-faults', 'worker-faults'],
  dynamo: ['dynamo-faults', 'dynamo-operator', 'dynamo-platform'],
};

interface Timed {
  readonly title: string;
  readonly seconds: number;
}

interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly slowest: readonly Timed[];
}

interface Ended extends Summary {
  readonly part: string;
  readonly seconds: number;
}

function stagesOf(lane: Lane): Stage[] {
  if (lane === 'check') return [{ check: ['node', 'test/lanes/check.ts'] }];
  if (lane !== 'cluster')
    return [
      { [lane]: mocha([`dist/test/${lane}/**/*.test.js`], lane === 'unit' ? ['--parallel', '--jobs', '2'] : []) },
    ];
  const named = new Set(Object.values(SHARED_BOX).flat());
  const alone = readdirSync('dist/test/cluster')
    .filter((file) => file.endsWith('.test.js') && !named.has(file.replace('.test.js', '')))
    .map((file) => `dist/test/cluster/${file}`);
  const shared = Object.entries(SHARED_BOX).map(
    ([part, files]) => [`cluster, ${part}`, mocha(files.map((file) => `dist/test/cluster/${file}.test.js`))] as const,
  );
  return [Object.fromEntries(shared), { 'cluster, alone': mocha(alone) }];
}

const firstOption = process.argv.findIndex((argument, index) => index > 1 && argument.startsWith('-'));
const mochaOptions = firstOption < 0 ? [] : process.argv.slice(firstOption);
const wanted = process.argv.slice(2, firstOption < 0 ? undefined : firstOption);

function mocha(specs: readonly string[], options: readonly string[] = []): string[] {
  return ['mocha', ...options, ...mochaOptions, ...specs.flatMap((spec) => ['--spec', spec])];
}

const folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-lanes-'));

/** Runs one part. Output of the first part of a stage is shown as it comes, that of the others when they have ended. */
async function run(part: string, [program = '', ...args]: readonly string[], isFirst: boolean): Promise<Ended> {
  const start = performance.now();
  const file = join(folder, `${part}.json`);
  const child = spawn(program, args, {
    stdio: ['ignore', isFirst ? 'inherit' : 'pipe', isFirst ? 'inherit' : 'pipe'],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, TEST_SUMMARY: file },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exitCode = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1)));
  if (chunks.length > 0) console.log(`\n== ${part}\n${Buffer.concat(chunks).toString('utf8')}`);
  const seconds = (performance.now() - start) / 1000;
  const summary: Summary = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, slowest: [] };
  // A part that ends badly without a failed test, such as by a signal, has failed as a whole.
  const failed = exitCode === 0 ? summary.failed : Math.max(1, summary.failed);
  return { ...summary, part, failed, seconds };
}

const local = (script: string) => join('local', `${script}.sh`);

/** Keeps one box for all suites, and ends it if it was started here. */
async function withBox(work: () => Promise<Ended[]>): Promise<Ended[]> {
  const isRunning = spawnSync(local('kubectl'), ['get', '--raw', '/readyz'], { stdio: 'ignore' }).status === 0;
  const env = { ...process.env, DYNAMO_BENCH_INFERENCE: 'yes' };
  const up = spawnSync(local('up'), ['--only', 'kubernetes'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (up.status !== 0) return [{ part: 'cluster', passed: 0, failed: 1, skipped: 0, slowest: [], seconds: 0 }];
  try {
    return await work();
  } finally {
    if (!isRunning) spawnSync(local('down'), { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

async function runLane(lane: Lane): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const stage of stagesOf(lane)) {
    console.log(`\n== ${Object.keys(stage).join('; ')}`);
    const parts = Object.entries(stage).map(([part, command], index) => run(part, command, index === 0));
    ended.push(...(await Promise.all(parts)));
  }
  return ended;
}

/** What ran, how long it took and the slowest of it; the last line counts everything. */
function report(ended: readonly Ended[]): void {
  const total = (field: 'passed' | 'failed' | 'skipped') => ended.reduce((sum, part) => sum + part[field], 0);
  // A single part that got to its end has said all of this.
  if (ended.length > 1 || ended.some(({ slowest }) => slowest.length === 0)) {
    const slowest = ended.flatMap((part) => part.slowest).toSorted((a, b) => b.seconds - a.seconds);
    console.log('\nthe slowest of all, in seconds:');
    for (const { title, seconds } of slowest.slice(0, 10)) console.log(`${seconds.toFixed(1).padStart(8)}  ${title}`);
    console.log('\n  seconds  passed  failed  part');
    for (const { part, seconds, passed, failed } of ended) {
      const cells = [seconds.toFixed(1).padStart(9), String(passed).padStart(6), String(failed).padStart(6), part];
      console.log(cells.join('  '));
    }
    const skipped = total('skipped');
    console.log(`\n${total('passed')} passed, ${total('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
  process.exitCode = total('failed') > 0 ? 1 : 0;
}

const lanes = wanted.includes('all') ? LANES : LANES.filter((lane) => wanted.includes(lane));
const unknown = wanted.filter((name) => name !== 'all' && !LANES.some((lane) => lane === name));
if (lanes.length === 0 || unknown.length > 0) {
  console.error(`unknown lane ${unknown.join(', ')}\n  → name some of ${LANES.join(', ')}, or all`);
  process.exit(2);
}
const ended: Ended[] = [];
try {
  for (const lane of lanes)
    ended.push(...(lane === 'cluster' ? await withBox(() => runLane(lane)) : await runLane(lane)));
} finally {
  rmSync(folder, { recursive: true });
}
report(ended);
