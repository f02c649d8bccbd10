import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs lanes of the tests from `dist` and ends with one line for all: `N passed, N failed`. A lane is a folder below
 * `test`. Node.js runs this file as it is.
 *
 * The lanes `cluster` and `box` need the box. `cluster` runs two files at a time, each on two nodes of its own. It mostly
 * waits for pods, so the other lanes run beside it, one after the other and with a low priority; their output is shown when
 * they end. `box` has the files that change what all nodes share, and those that expect certain figures. It runs one file at
 * a time, and starts when nothing else runs.
 *
 *   node test/lanes/run.ts LANE...|all [MOCHA-OPTION...]     such as: cluster --grep 'killed for memory'
 */

const LANES = [
  'check',
  'unit',
  'scripts',
  'store',
  'workflow',
  'cli',
  'page',
  'simulation',
  'rdma',
  'cluster',
  'box',
] as const;
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

const NEEDS_BOX: ReadonlySet<Lane> = new Set<Lane>(['cluster', 'box']);

const NOTHING_RAN: Summary = { passed: 0, failed: 0, skipped: 0, slowest: [] };

interface Ended extends Summary {
  readonly lane: Lane;
  readonly seconds: number;
}

function commandOf(lane: Lane): string[] {
  if (lane === 'check') return ['node', 'test/lanes/check.ts'];
  const parallel = lane === 'unit' || lane === 'cluster' ? ['--parallel', '--jobs', '2'] : [];
  return ['mocha', ...parallel, ...mochaOptions, '--spec', `dist/test/${lane}/**/*.test.js`];
}

/** Lanes on the box measure, so what runs beside them gives way. */
const LOW_PRIORITY = ['nice', '-n', '10'];

const firstOption = process.argv.findIndex((argument, index) => index > 1 && argument.startsWith('-'));
const mochaOptions = firstOption < 0 ? [] : process.argv.slice(firstOption);
const wanted = process.argv.slice(2, firstOption < 0 ? undefined : firstOption);

const folder = mkdtempSync(join(tmpdir(), 'dynamo-bench-lanes-'));

/** Processes of the lanes that run. */
const running = new Set<ChildProcess>();

/** Runs a lane and shows its output as it comes or, if it runs beside another lane, in one piece at its end. */
async function run(lane: Lane, isBeside = false): Promise<Ended> {
  const start = performance.now();
  const file = join(folder, `${lane}.json`);
  const [program = '', ...args] = [...(isBeside ? LOW_PRIORITY : []), ...commandOf(lane)];
  const child = spawn(program, args, {
    stdio: ['ignore', ...(isBeside ? (['pipe', 'pipe'] as const) : (['inherit', 'inherit'] as const))],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, TEST_SUMMARY: file },
  });
  running.add(child);
  const heading = `\n== ${lane}`;
  let output = '';
  if (!isBeside) console.log(heading);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      console.error(`${program} cannot be started: ${error.message}`);
      resolve(-1);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      if (isBeside) console.log(`${heading}\n${output}`);
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

/** Runs a script of the folder local. @returns whether it succeeded */
async function local(script: string, args: readonly string[], shown: boolean): Promise<boolean> {
  const child = spawn(join('local', `${script}.sh`), args, {
    stdio: ['ignore', 'ignore', shown ? 'inherit' : 'ignore'],
    env: { ...process.env, DYNAMO_BENCH_INFERENCE: 'yes', DYNAMO_BENCH_NODES: '4' },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}

/**
 * Keeps one box for all suites of its lanes, and ends it if it was started here.
 *
 * @param others the end of the other lanes, before which the lane `box` does not start
 */
async function runOnBox(lanes: readonly Lane[], others: Promise<unknown>): Promise<Ended[]> {
  if (lanes.length === 0) return [];
  const isRunning = await local('kubectl', ['get', '--raw', '/readyz'], false);
  if (!(await local('up', ['--only', 'kubernetes'], true))) {
    return lanes.map((lane) => ({ ...NOTHING_RAN, lane, failed: 1, seconds: 0 }));
  }
  try {
    const ended: Ended[] = [];
    for (const lane of lanes) {
      if (lane === 'box') await others;
      ended.push(...(await runInOrder([lane], false)));
    }
    return ended;
  } finally {
    if (!isRunning) await local('down', [], true);
  }
}

async function runInOrder(lanes: readonly Lane[], isBeside: boolean): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const lane of lanes) {
    if (!isInterrupted) ended.push(await run(lane, isBeside));
  }
  return ended;
}

/**
 * Ctrl-C reaches the running lanes as well; a signal to this process alone is passed on to them. This process ends after
 * them, so that the box is removed.
 */
let isInterrupted = false;
process.once('SIGINT', () => {
  isInterrupted = true;
});
process.once('SIGTERM', () => {
  isInterrupted = true;
  for (const child of running) child.kill('SIGINT');
});

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
const onBox = lanes.filter((lane) => NEEDS_BOX.has(lane));
const others = lanes.filter((lane) => !NEEDS_BOX.has(lane));
let ended: Ended[];
try {
  const besides = runInOrder(others, onBox.length > 0);
  ended = (await Promise.all([besides, runOnBox(onBox, besides)])).flat();
} finally {
  rmSync(folder, { recursive: true });
}
report(ended);
