import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { BUNDLE_PATH } from '../../worker/bundle.js';
import { progressQuery, type SuiteResult } from '../../workflows/common/messages.js';
import { largestPayload } from '../support/payloads.js';
import type { WorkerUse } from '../support/size-worker.js';
import { plan } from '../support/suite-run.js';
import { mochaHooks } from '../support/teardown.js';
import { temporal } from '../support/temporal.js';
import { type WorkflowRun, workflowRuns } from '../support/workflow-runs.js';

/**
 * What suites of many cells take: time and memory of the worker, and the histories in Temporal. The cluster answers at
 * once; Temporal, the worker, the result store and the reports are real.
 *
 *   node dist/test/bench/size.js                2,000 cells in each of the four shapes
 *   CELLS=200 node dist/test/bench/size.js      the same shapes with fewer cells
 *   node dist/test/bench/size.js 1×2000         one shape
 */
const CELLS = Number(process.env.CELLS ?? 2000);
const WORKER = fileURLToPath(new URL('../support/size-worker.js', import.meta.url));
const LF = { name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' };

const list = <Item>(length: number, item: (index: number) => Item) => Array.from({ length }, (_, i) => item(i));
const named = (tests: number, fields: object = {}) => list(tests, (i) => ({ ...LF, name: `t${i + 1}`, ...fields }));

/** Tests × repetitions; a matrix has a tenth of its cells as variants. */
const SHAPES: Readonly<Record<string, () => object>> = {
  '1×2000': () => ({ tests: [{ ...LF, repetitions: CELLS }] }),
  '2000×1': () => ({ tests: named(CELLS) }),
  'matrix 200×10': () => ({
    tests: [{ ...LF, repetitions: 10, matrix: { numIter: list(CELLS / 10, (i) => i + 1) } }],
  }),
  '50×40 interleaved': () => ({ interleave: true, tests: named(50, { repetitions: CELLS / 50 }) }),
};

async function measure(client: Client, shape: string, spec: object): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dynamo-bench-size-'));
  const taskQueue = `size-${shape}`;
  const worker = fork(WORKER, [(await temporal()).address, taskQueue, folder], { stdio: 'inherit' });
  try {
    const [atRest] = (await once(worker, 'message')) as [WorkerUse];
    const started = performance.now();
    const handle = await client.workflow.start('benchmarkSuite', {
      workflowId: taskQueue,
      taskQueue,
      args: [{ ...plan, name: 'size', ...spec }],
    });
    const result: SuiteResult = await handle.result();
    const seconds = (performance.now() - started) / 1000;
    const asked = performance.now();
    await client.workflow.getHandle(taskQueue).query(progressQuery);
    const answer = performance.now() - asked;
    worker.send('use');
    const [{ cpu, memory }] = (await once(worker, 'message')) as [WorkerUse];
    const runs = await workflowRuns(client, taskQueue, handle.firstExecutionRunId);
    console.log(
      `${shape.padEnd(18)} ${result.outcome}${result.missingReport ? ' (no report)' : ''}  ${seconds.toFixed(0)} s  CPU ${(((cpu - atRest.cpu) * 1000) / CELLS).toFixed(1)} ms a cell  RSS ${atRest.memory.toFixed(0)} → ${memory.toFixed(0)} MB  progress in ${answer.toFixed(0)} ms`,
    );
    for (const type of new Set(runs.map((run) => run.type))) {
      await printHistories(
        type,
        runs.filter((run) => run.type === type),
      );
    }
  } finally {
    worker.disconnect();
    await once(worker, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function printHistories(type: string, runs: readonly WorkflowRun[]): Promise<void> {
  const most = (of: (run: WorkflowRun) => number) => Math.max(...runs.map(of));
  const longest = runs.toSorted((a, b) => b.events.length - a.events.length)[0];
  const replay = longest ? await secondsOfReplay(longest) : Number.NaN;
  console.log(
    `  ${type.padEnd(16)} ${String(runs.length).padStart(5)} runs, at most ${most(({ events }) => events.length).toLocaleString('en')} events, ${(most(({ bytes }) => bytes) / 1e6).toFixed(2)} MB, payload ${(most(largestPayload) / 1e3).toFixed(1)} kB; the longest replays in ${replay.toFixed(2)} s`,
  );
}

async function secondsOfReplay({ events, workflowId }: WorkflowRun): Promise<number> {
  const history = JSON.parse(historyToJSON({ events: [...events] }));
  const started = performance.now();
  await Worker.runReplayHistory({ workflowBundle: { codePath: BUNDLE_PATH } }, history, workflowId);
  return (performance.now() - started) / 1000;
}

async function main(wanted: string | undefined): Promise<void> {
  const { client } = await temporal();
  try {
    for (const [shape, spec] of Object.entries(SHAPES)) {
      if (wanted === undefined || wanted === shape) await measure(client, shape, spec());
    }
  } finally {
    await mochaHooks.afterAll();
  }
}

await main(process.argv[2]);
