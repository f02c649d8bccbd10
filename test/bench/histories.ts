import { createHash } from 'node:crypto';
import { FakeActivities, PASSED } from '../support/fake-activities.js';
import { largestPayload } from '../support/payloads.js';
import { measuredCell } from '../support/records.js';
import { plan, result, runSuite } from '../support/suite-run.js';
import { mochaHooks } from '../support/teardown.js';
import { temporal } from '../support/temporal.js';
import { type WorkflowRun, workflowRuns } from '../support/workflow-runs.js';

/**
 * Events and bytes that a suite of many cells leaves in Temporal. One block has all of them: no other plan carries more
 * from run to run.
 * Activities are replaced by ones that answer at once, with as much as real ones do.
 *
 *   node dist/test/bench/histories.js
 *   CELLS=100 node dist/test/bench/histories.js
 */
const CELLS = Number(process.env.CELLS ?? 1000);

/** A table of nixlbench, with a row for each of its block sizes. */
const ROWS = Array.from({ length: 15 }, (_, i) => ({
  blockSize: 2 ** (12 + i),
  batchSize: 1,
  bytesPerSecond: 46_480_123_456.789,
  latency: 0.001443792,
  recomputed: 46_480_123_456.789,
  original: '67108864        1              46.480123           1443.8              1443.8              100.0     ',
}));
const COMMAND = ['nixlbench', ...Array.from({ length: 20 }, (_, i) => `--an_option_of_nixlbench_${i}=VALUE`)];

/** The aim for any one workflow run. */
const MOST = { events: 10_000, bytes: 10e6 };

function talkativeActivities(): FakeActivities {
  const fake = new FakeActivities();
  const { recordCell, storeEvidence } = fake.activities;
  const { attempts } = measuredCell({ workflowId: 'bench' });
  fake.overrides.judgeAttempt = async () => ({ ...PASSED, rows: ROWS });
  fake.overrides.recordCell = async (input) => {
    const summary = await recordCell(input);
    return { ...summary, key: createHash('sha256').update(summary.key).digest('hex'), seconds: 61.234 };
  };
  fake.overrides.storeEvidence = async (input) => {
    const ranks = await storeEvidence(input);
    return ranks.map((rank, i) => ({ ...rank, ...attempts[0]?.ranks[i], pod: rank.pod, command: COMMAND }));
  };
  return fake;
}

function print(name: string, runs: readonly WorkflowRun[]): void {
  const most = (of: (run: WorkflowRun) => number) => Math.max(...runs.map(of));
  const perCell = (of: (run: WorkflowRun) => number) => runs.reduce((sum, run) => sum + of(run), 0) / CELLS;
  const [events, bytes] = [(run: WorkflowRun) => run.events.length, (run: WorkflowRun) => run.bytes];
  const within = most(events) < MOST.events && most(bytes) < MOST.bytes;
  console.log(
    [
      name.padEnd(14),
      String(runs.length).padStart(4),
      most(events).toLocaleString('en').padStart(15),
      `${(most(bytes) / 1e6).toFixed(2)} MB`.padStart(10),
      `${(most(largestPayload) / 1e3).toFixed(1)} kB`.padStart(16),
      perCell(events).toFixed(1).padStart(13),
      `${(perCell(bytes) / 1e3).toFixed(1)} kB`.padStart(10),
      within ? '  yes' : '  NO',
    ].join('  '),
  );
}

async function main(): Promise<void> {
  const spec = { ...plan, tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC', repetitions: CELLS }] };
  const started = performance.now();
  try {
    const { handle, outcome } = await runSuite(spec, talkativeActivities());
    const { verdict, tests } = result(outcome);
    if (tests[0]?.cells.done !== CELLS) throw new Error(`${tests[0]?.cells.done} cells of ${CELLS}: ${verdict}`);
    const runs = await workflowRuns((await temporal()).client, handle.workflowId);
    console.log(`${CELLS} cells in one block, ${((performance.now() - started) / CELLS).toFixed(0)} ms a cell\n`);
    console.log(
      'workflow        runs  events at most  MB at most  largest payload  events a cell  B a cell  in limits',
    );
    for (const type of ['benchmarkSuite', 'transportTest'])
      print(
        type,
        runs.filter((run) => run.type === type),
      );
  } finally {
    await mochaHooks.afterAll();
  }
}

await main();
