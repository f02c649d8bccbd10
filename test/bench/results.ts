import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { type Kysely, sql } from 'kysely';
import { reportFiles } from '../../reports/files.js';
import { readReport } from '../../reports/model/assemble.js';
import type { Tables } from '../../results/database/tables.js';
import { cellsOf, withoutTakenOver } from '../../results/records/any-cell.js';
import { readHistory } from '../../results/records/history.js';
import { listRuns, type RunEntry, readRun } from '../../results/records/runs.js';
import { compareRun } from '../../results/regression/compare-run.js';
import { figuresByName } from '../../results/regression/compared-tests.js';
import { readEarlierRuns } from '../../results/regression/earlier-runs.js';
import { ResultStore } from '../../results/store.js';
import { exampleReport } from '../support/example-report.js';
import { fixture } from '../support/fixtures.js';
import { PostgresServer } from '../support/postgres.js';
import { measuredCell, runOf, suiteRecord } from '../support/records.js';
import { saveCell, saveRun } from '../support/stored.js';

/**
 * Speed and size of the result store, the reports and the command line.
 *
 *   node dist/test/bench/results.js
 */
const NIGHTS = 365;
/** Four tests of 25 block sizes, bandwidth and latency: 200 metrics, and one for each test as a whole. */
const TESTS = ['ucx-native', 'nixl-libfabric', 'nixl-ucx', 'nixl-libfabric-dram'];
const BLOCKS = Array.from({ length: 25 }, (_, i) => 2 ** (6 + i));
/** Three tests of 15 block sizes. */
const REPETITIONS = 223;
const ROUNDS = 9;
/** A rolling baseline looks back on so many runs; each of them has 200 cells of 31 figures. */
const EARLIER_RUNS = 30;
const CELLS_OF_A_TEST = 50;

const SELF = fileURLToPath(import.meta.url);
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    await benchReport(join(folder, 'report'));
    await benchGrowth(join(folder, 'growth'));
    await benchHistory('SQLite', new ResultStore(join(folder, 'history')));
    await benchComparison('SQLite', new ResultStore(join(folder, 'comparison')));
    const server = await PostgresServer.create();
    try {
      await benchHistory('PostgreSQL', new ResultStore(join(folder, 'unused'), await server.database()));
      await benchComparison('PostgreSQL', new ResultStore(join(folder, 'unused-too'), await server.database()));
    } finally {
      await server.remove();
    }
    await benchHelp();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function benchReport(root: string): Promise<void> {
  const { record } = exampleReport(REPETITIONS);
  const store = new ResultStore(root);
  await saveRun(store, record);
  await store.close();
  const { stdout } = await execa(process.execPath, [SELF, 'report', root, record.workflowId]);
  const { seconds, megabytes, sizes } = JSON.parse(stdout);
  const rows = record.tests.flatMap(({ cells }) => cells.flatMap((cell) => cell.rows)).length;
  line(
    `all reports of ${rows} measurements`,
    `${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB at most (a process of its own)`,
  );
  line(
    '',
    Object.entries(sizes as Record<string, number>)
      .map(([name, bytes]) => `${name} ${(bytes / 1e3).toFixed(0)} kB`)
      .join(', '),
  );
}

/** In a process of its own, so that its memory is that of the report alone. */
async function makeReport(root: string, run: string): Promise<void> {
  const began = performance.now();
  const store = new ResultStore(root);
  const files = reportFiles(await store.use((kysely) => readReport(kysely, run)));
  const seconds = (performance.now() - began) / 1000;
  await store.close();
  const sizes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.byteLength(text)]));
  console.log(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024, sizes }));
}

async function benchGrowth(root: string): Promise<void> {
  const store = new ResultStore(root);
  const blocks = Array.from({ length: 15 }, (_, i) => 2 ** (12 + i));
  const size = async () => {
    await store.use((kysely) => sql`pragma wal_checkpoint(truncate)`.execute(kysely));
    return (await stat(join(root, 'results.db'))).size;
  };
  const record = async (cells: number, from: number) => {
    for (let i = from; i < from + cells; i++) {
      const workflowId = `run-${i}`;
      const logs = await Promise.all(
        [0, 1].map((rank) =>
          store.saveLog(
            workflowId,
            `lf/r1-a1/node${rank + 1}.log`,
            `${workflowId}\n${fixture(`nixlbench/clean.rank${rank}.txt`)}`,
          ),
        ),
      );
      const cell = measuredCell({ workflowId, bandwidth: 46e9 + i * 1234.5, blocks });
      const attempts = cell.attempts.map((attempt) => ({
        ...attempt,
        ranks: attempt.ranks.map((rank, n) => ({ ...rank, log: logs[n] ?? rank.log })),
      }));
      await saveCell(store, runOf(workflowId), { ...cell, attempts });
    }
  };
  await record(100, 0);
  const before = await size();
  await record(400, 100);
  const grown = (await size()) - before;
  await store.close();
  const logBytes = [0, 1].reduce((sum, rank) => sum + fixture(`nixlbench/clean.rank${rank}.txt`).length, 0);
  line(
    'growth of results.db per cell',
    `${(grown / 400 / 1e3).toFixed(1)} kB (15 rows; logs of ${(logBytes / 1e3).toFixed(1)} kB, compressed)`,
  );
}

async function benchHistory(name: string, store: ResultStore): Promise<void> {
  const began = performance.now();
  for (let night = 0; night < NIGHTS; night++) {
    const workflowId = `nightly-${night}`;
    const startedAt = new Date(Date.UTC(2025, 0, 1 + night, 2, 30)).toISOString();
    const cells = TESTS.map((test) =>
      measuredCell({ workflowId, test, bandwidth: 46e9 + night * 1e6, blocks: BLOCKS, at: startedAt }),
    );
    await saveRun(store, suiteRecord(workflowId, cells, { startedAt }));
  }
  const filled = (performance.now() - began) / 1000;
  const all = await median(async () => {
    const histories = await store.use((kysely) => readHistory(kysely, { suite: 'p5' }));
    const nights = histories.reduce((sum, { points }) => sum + points.length, 0);
    if (nights !== NIGHTS * histories.length) throw new Error(`${nights} points`);
    if (histories.length !== TESTS.length * (BLOCKS.length * 2 + 1)) throw new Error(`${histories.length} metrics`);
  });
  const one = await median(() =>
    store.use((kysely) => readHistory(kysely, { suite: 'p5', wanted: ({ name }) => name === 'nixl-ucx/bandwidth' })),
  );
  await store.close();
  line(
    `history of ${NIGHTS} nights × ${TESTS.length * (BLOCKS.length * 2 + 1)} metrics, ${name}`,
    `all ${all.toFixed(0)} ms, one metric ${one.toFixed(1)} ms (median of ${ROUNDS}; filled in ${filled.toFixed(1)} s)`,
  );
}

async function benchComparison(name: string, store: ResultStore): Promise<void> {
  const blocks = BLOCKS.slice(0, 15);
  const record = (night: number) => {
    const workflowId = `nightly-${night}`;
    const startedAt = new Date(Date.UTC(2025, 0, 1 + night, 2, 30)).toISOString();
    const cells = TESTS.flatMap((test) =>
      Array.from({ length: CELLS_OF_A_TEST }, (_, repetition) => {
        const bandwidth = 46e9 + night * 1e6 + repetition * 1e5;
        return measuredCell({ workflowId, test, repetition: repetition + 1, bandwidth, blocks, at: startedAt });
      }),
    );
    return suiteRecord(workflowId, cells, { startedAt });
  };
  for (let night = 0; night < EARLIER_RUNS; night++) await saveRun(store, record(night));
  const tonight = record(EARLIER_RUNS);
  const runs = await store.use((kysely) => listRuns(kysely));
  const whole = await median(() => store.use((kysely) => wholeRuns(kysely, runs)));
  const needed = await median(() => store.use((kysely) => readEarlierRuns(kysely, runs, TESTS)));
  const all = await median(() => store.use((kysely) => compareRun(kysely, tonight)));
  await store.close();
  line(
    `baseline of ${EARLIER_RUNS} runs × ${TESTS.length * CELLS_OF_A_TEST} cells, ${name}`,
    `read whole ${whole.toFixed(0)} ms, as far as needed ${needed.toFixed(0)} ms; a comparison ${all.toFixed(0)} ms (median of ${ROUNDS})`,
  );
}

/** The other way to read a baseline, for comparison: every record of every cell. */
async function wholeRuns(kysely: Kysely<Tables>, runs: readonly RunEntry[]) {
  return Promise.all(
    runs.map(async (entry) => figuresByName(cellsOf(withoutTakenOver((await readRun(kysely, entry)).record)))),
  );
}

async function benchHelp(): Promise<void> {
  const help = await median(() => execa(process.execPath, [MAIN, '--help']));
  const node = await median(() => execa(process.execPath, ['-e', '0']));
  line(
    'dynamo-bench --help',
    `${help.toFixed(0)} ms, of which ${node.toFixed(0)} ms are the start of Node.js (median of ${ROUNDS})`,
  );
}

/** Milliseconds of the middle one of several rounds. */
async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
}

function line(what: string, figures: string): void {
  console.log(`${what.padEnd(56)} ${figures}`);
}

const [command, ...args] = process.argv.slice(2);
if (command === 'report') await makeReport(args[0] ?? '', args[1] ?? '');
else await main();
