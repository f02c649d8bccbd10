import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const NOTHING_RAN: Summary = { passed: 0, failed: 0, skipped: 0, slowest: [] };

interface Ended extends Summary {
  readonly lane: Lane;
  readonly seconds: number;
}

function commandOf(lane: Lane): string[] {
  if (lane === 'check') return ['node', 'test/lanes/check.ts'];
  const parallel = lane === 'unit' ? ['--parallel', '--jobs', '2'] : [];
  return ['mocha', ...parallel, ...mochaOptions, '--spec', `dist/test/${lane}/**/*.test.js`];
}

const firstOption = process.argv.findIndex((argument, index) => index > 1 && argument.startsWith('-'));
const mochaOptions = firstOption < 0 ? [] : process.argv.slice(firstOption);
const wanted = process.argv.slice(2, firstOption < 0 ? undefined : firstOption);

const folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-lanes-'));

/** Runs a lane and shows its output as it comes. */
async function run(lane: Lane): Promise<Ended> {
  console.log(`\n== ${lane}`);
  const start = performance.now();
  const file = join(folder, `${lane}.json`);
  const [program = '', ...args] = commandOf(lane);
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, TEST_SUMMARY: file },
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      console.error(`${program} cannot be started: ${error.message}`);
      resolve(-1);
    });
    child.once('close', (code, signal) => {
      if (!existsSync(file)) console.error(`${lane} ended early: ${signal ?? `exit code ${code}`}`);
      resolve(code ?? -1);
    });
  });
  const seconds = (performance.now() - start) / 1000;
  const summary: Summary = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : NOTHING_RAN;
  // A lane that ends badly without a failed test, such as by a signal, has failed as a whole.
  const failed = exitCode === 0 ? summary.failed : Math.max(1, summary.failed);
  return { ...summary, lane, failed, seconds };
}

const local = (script: string) => join('local', `${script}.sh`);

/** Keeps one box for all suites of the cluster lane, and ends it if it was started here. */
async function runOnBox(): Promise<Ended> {
  const isRunning = spawnSync(local('kubectl'), ['get', '--raw', '/readyz'], { stdio: 'ignore' }).status === 0;
  const env = { ...process.env, DYNAMO_BENCH_INFERENCE: 'yes' };
  const up = spawnSync(local('up'), ['--only', 'kubernetes'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (up.status !== 0) return { ...NOTHING_RAN, lane: 'cluster', failed: 1, seconds: 0 };
  try {
    return await run('cluster');
  } finally {
    if (!isRunning) spawnSync(local('down'), { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

/** Prints the slowest tests, and the time and counts of each lane; the last line counts everything. */
function report(ended: readonly Ended[]): void {
  const total = (field: 'passed' | 'failed' | 'skipped') => ended.reduce((sum, lane) => sum + lane[field], 0);
  // A single lane that got to its end has said all of this.
  if (ended.length > 1 || ended.some(({ slowest }) => slowest.length === 0)) {
    const slowest = ended.flatMap((lane) => lane.slowest).toSorted((a, b) => b.seconds - a.seconds);
    console.log('\nthe slowest of all, in seconds:');
    for (const { title, seconds } of slowest.slice(0, 10)) console.log(`${seconds.toFixed(1).padStart(8)}  ${title}`);
    console.log('\n  seconds  passed  failed  lane');
    for (const { lane, seconds, passed, failed } of ended) {
      const cells = [seconds.toFixed(1).padStart(9), String(passed).padStart(6), String(failed).padStart(6), lane];
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
  for (const lane of lanes) ended.push(lane === 'cluster' ? await runOnBox() : await run(lane));
} finally {
  rmSync(folder, { recursive: true });
}
report(ended);
