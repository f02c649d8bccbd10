import { readFile } from 'node:fs/promises';
import { parseSpec } from '../../suite/spec/spec.js';
import { Lab } from '../support/lab.js';
import { mochaHooks } from '../support/teardown.js';
import { temporal } from '../support/temporal.js';
import { type TestTimes, testTimes } from './history-times.js';
import { runPlanWay } from './plan-way.js';

/**
 * What the suite itself costs: the plan's own way and the suite, in turns in one run, on the same box with the same
 * tools and parameters.
 *
 *   make bench            three rounds
 *   ROUNDS=1 make bench
 */
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** The plan says 7 to 10 s; its lowest is the hardest for the suite. */
const PLAN_DELAY = 7;

interface Side {
  readonly name: string;
  readonly totals: number[];
  readonly tools: number[];
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const seconds = (value: number) => value.toFixed(2).padStart(8);

async function main(): Promise<void> {
  const lab = await Lab.open();
  const sides: Record<'plan' | 'withDelay' | 'withoutDelay', Side> = {
    plan: { name: `plan's way, ${PLAN_DELAY} s sleep`, totals: [], tools: [] },
    withDelay: { name: `suite, startDelay.min ${PLAN_DELAY} s`, totals: [], tools: [] },
    withoutDelay: { name: 'suite, startDelay.min 0 s', totals: [], tools: [] },
  };
  const tests: TestTimes[] = [];
  try {
    await runSuite('0s');
    for (let round = 1; round <= ROUNDS; round++) {
      console.error(`round ${round} of ${ROUNDS}`);
      const plan = await runPlanWay(
        parseSpec(await lab.spec()),
        lab.namespace.name,
        { node1: 'gpu-1', node2: 'gpu-2' },
        PLAN_DELAY,
      );
      sides.plan.totals.push(plan.total);
      sides.plan.tools.push(plan.tools);
      note(sides.withDelay, await runSuite(`${PLAN_DELAY}s`));
      note(sides.withoutDelay, await runSuite('0s'));
    }
    print();
    console.log(`worker: ${await workerPeakMemory()} MB at most`);
  } finally {
    await lab.close();
    await mochaHooks.afterAll();
  }

  async function runSuite(min: string): Promise<{ total: number; tests: TestTimes[] }> {
    const spec = await lab.spec({ startDelay: { min, max: '10s' } });
    const started = performance.now();
    const { workflowId, status, failure } = await lab.run(spec);
    if (status !== 'COMPLETED') throw new Error(`${workflowId} ended ${status}: ${failure}`);
    const total = (performance.now() - started) / 1000;
    const { client } = await temporal();
    return {
      total,
      tests: await Promise.all(
        spec.tests.map(({ name }) => testTimes(client.workflow.getHandle(`${workflowId}/${name}`))),
      ),
    };
  }

  function note(side: Side, run: { total: number; tests: TestTimes[] }): void {
    side.totals.push(run.total);
    side.tools.push(run.tests.reduce((sum, test) => sum + test.tools, 0));
    tests.push(...run.tests);
  }

  function print(): void {
    console.log(`\nwall time of three tests, set-up and clean-up included; median of ${ROUNDS} (each run)`);
    for (const { name, totals, tools } of Object.values(sides)) {
      const ratio = median(totals) / median(sides.plan.totals);
      console.log(
        `${name.padEnd(28)} ${seconds(median(totals))} s  ratio ${ratio.toFixed(2)}  in the tools ${seconds(median(tools))} s  (${totals.map((total) => total.toFixed(1)).join(', ')})`,
      );
    }
    console.log(`\none cell, median of ${tests.length}`);
    for (const [name, part] of [
      ['pod start, both ranks', 'podStart'],
      ['in the tools', 'tools'],
      ['the suite itself', 'own'],
    ] as const) {
      console.log(`${name.padEnd(28)} ${seconds(median(tests.map((test) => test[part])))} s`);
    }
    console.log(
      `history of a cell            ${median(tests.map(({ events }) => events))} events, ${median(tests.map(({ bytes }) => bytes))} bytes`,
    );
  }

  async function workerPeakMemory(): Promise<string> {
    const status = await readFile(`/proc/${lab.workerPid}/status`, 'utf8');
    return (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0);
  }
}

await main();
