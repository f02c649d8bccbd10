import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MockActivityEnvironment } from '@temporalio/testing';
import { execa } from 'execa';
import { writeReports } from '../../activities/report/report-files.js';
import { reportFiles } from '../../reports/files.js';
import { readReport } from '../../reports/model/assemble.js';
import { ResultStore } from '../../results/store.js';
import type { SuiteRecord } from '../../suite/record/record.js';
import { measuredCell, suiteRecord } from '../support/records.js';
import { saveRun } from '../support/stored.js';

/**
 * Time, memory and file sizes of the reports of 2,000 cells, in the shapes that such a run can have: in the process that
 * asks for them, as the command line makes them, and from a process that heartbeats, as a worker makes them.
 *
 *   node dist/test/bench/report-size.js
 *   SHAPES=50x40 node dist/test/bench/report-size.js
 */
const SHAPES: readonly (readonly [string, number, number])[] = [
  ['1x2000', 1, 2000],
  ['50x40', 50, 40],
  ['200x10', 200, 10],
  ['2000x1', 2000, 1],
];
const WANTED = process.env.SHAPES?.split(',');
const BLOCKS = Array.from({ length: 15 }, (_, i) => 2 ** (12 + i));
/** Runs before the one whose report is made, so that each metric has a history. */
const EARLIER = 2;
/** Shorter than a heartbeat of the worker, to find shorter blocks too. */
const HEARTBEAT_MS = 100;

const SELF = fileURLToPath(import.meta.url);

async function main(): Promise<void> {
  console.log('tests × repetitions   made by            time  longest block  more memory  other process');
  for (const [name, tests, repetitions] of SHAPES.filter(([name]) => WANTED?.includes(name) ?? true)) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      await fill(folder, tests, repetitions);
      for (const way of ['in-process', 'worker']) {
        const { stdout } = await execa(process.execPath, [
          '--enable-source-maps',
          SELF,
          way,
          folder,
          workflowId(EARLIER),
        ]);
        const { seconds, blocked, megabytes, apart } = JSON.parse(stdout.split('\n').at(-1) ?? '');
        console.log(
          [
            name.padEnd(20),
            way.padEnd(12),
            `${seconds.toFixed(1)} s`.padStart(10),
            `${blocked.toFixed(2)} s`.padStart(13),
            `${megabytes.toFixed(0)} MB`.padStart(11),
            `${apart.toFixed(0)} MB`.padStart(13),
          ].join('  '),
        );
      }
      const files = join(folder, workflowId(EARLIER));
      const sizes = await Promise.all(
        (await readdir(files)).map(
          async (file) => `${file} ${((await stat(join(files, file))).size / 1e6).toFixed(2)} MB`,
        ),
      );
      console.log(`${''.padEnd(20)}  ${sizes.join(', ')}`);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

function workflowId(night: number): string {
  return `night-${night}`;
}

async function fill(folder: string, tests: number, repetitions: number): Promise<void> {
  const store = new ResultStore(folder);
  for (let night = 0; night <= EARLIER; night++) await saveRun(store, runOfNight(night, tests, repetitions));
  await store.close();
}

function runOfNight(night: number, tests: number, repetitions: number): SuiteRecord {
  const day = `2026-01-0${night + 1}T`;
  const cells = Array.from({ length: tests * repetitions }, (_, i) => {
    const bandwidth = 46e9 * (1 + (i % 17) / 1000);
    return {
      ...measuredCell({
        workflowId: workflowId(night),
        test: `lf-v${Math.floor(i / repetitions) + 1}`,
        repetition: (i % repetitions) + 1,
        bandwidth,
        blocks: BLOCKS,
        at: `${day}02:40:00.000Z`,
      }),
      parameters: { tool: 'nixlbench', backend: 'LIBFABRIC', mode: 'SG', initiatorSegType: 'VRAM', opType: 'WRITE' },
    };
  });
  return suiteRecord(workflowId(night), cells, { startedAt: `${day}02:30:00.000Z`, endedAt: `${day}12:00:00.000Z` });
}

/** Makes the reports in a process of its own, whose memory and event loop are those of the way alone. */
async function measure(way: string, folder: string, run: string): Promise<void> {
  const store = await new ResultStore(folder).open();
  const before = process.memoryUsage.rss();
  const began = performance.now();
  let [last, blocked, apart] = [began, 0, 0];
  const heartbeat = setInterval(() => {
    const now = performance.now();
    apart = Math.max(apart, ...children().map(peakMegabytes));
    blocked = Math.max(blocked, now - last);
    last = now;
  }, HEARTBEAT_MS);
  if (way === 'worker') {
    await new MockActivityEnvironment().run(writeReports, store, {
      workflowId: run,
      runId: `run-${run}`,
      key: 'k',
      namespace: 'n',
      leaseNamespace: 'n',
      retryFor: 60,
    });
  } else {
    const report = await store.use((kysely) => readReport(kysely, run));
    await store.writeRun(report.record, reportFiles(report));
  }
  const seconds = (performance.now() - began) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 2 * HEARTBEAT_MS));
  clearInterval(heartbeat);
  await store.close();
  const megabytes = (process.resourceUsage().maxRSS * 1024 - before) / 1e6;
  console.log(JSON.stringify({ seconds, blocked: blocked / 1000, megabytes, apart }));
}

/** Lists the processes that this one has started. */
function children(): string[] {
  return readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
}

function peakMegabytes(pid: string): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

const [way, ...args] = process.argv.slice(2);
if (way === undefined) await main();
else await measure(way, args[0] ?? '', args[1] ?? '');
