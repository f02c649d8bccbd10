import { ApplicationFailure, ChildWorkflowFailure, startChild, upsertSearchAttributes } from '@temporalio/workflow';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import { blocksOf } from '../../suite/plan/plan.js';
import { INTERLEAVED } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { failureOf } from '../common/failures.js';
import { SUITE_TEST } from '../common/messages.js';
import { backEndOf } from '../common/titles.js';
import { type TransportTestFailureDetails, transportTest } from '../transport/transport-test.js';
import { runBlock } from './block.js';
import { openRun } from './open-run.js';
import type { RunningSuite } from './running-suite.js';
import type { Ready } from './set-up.js';
import { startTest } from './start-test.js';
import { markDone, markRunning, type TransportState } from './test-state.js';

/** Runs every transport test in the order of the spec; interleaved tests run together. */
export async function transportPhase(suite: RunningSuite, ready: Ready): Promise<'continue' | 'abort'> {
  for (const { tests } of blocksOf(suite.spec)) {
    const names = new Set(tests.map(({ base }) => base));
    const states = suite.state.transport.filter(({ test }) => names.has(test.name));
    if ((await runBlock(suite, states, (open) => measure(suite, ready, open))) === 'abort') return 'abort';
  }
  return 'continue';
}

async function measure(suite: RunningSuite, ready: Ready, states: readonly TransportState[]): Promise<void> {
  const { run, state } = suite;
  const tests = states.map(({ test }) => test);
  const name = tests.length > 1 ? INTERLEAVED : (tests[0]?.name ?? '');
  for (const test of states) markRunning(test);
  upsertSearchAttributes([{ key: SUITE_TEST, value: name }]);
  state.setPhase('benchmarks', name);
  let failure: FailureRecord | undefined;
  let cells: readonly CellSummary[] | undefined;
  let interrupted = false;
  try {
    await openRun(suite.spec, run);
    const { tests: _, dynamo: __, ...spec } = suite.spec;
    const child = await startTest(suite, name, (options) =>
      startChild(transportTest, {
        ...options,
        staticSummary: tests.map(testSummary).join('; '),
        args: [{ run, spec, tests, ...ready, paused: state.paused }],
      }),
    );
    suite.child = child;
    ({ cells } = await child.result());
  } catch (error) {
    failure = failureOf(error);
    ({ cells, interrupted } = detailsOf(error) ?? { cells: undefined, interrupted: true });
  } finally {
    suite.child = undefined;
  }
  for (const test of states) {
    const names = new Set(test.variants.map((variant) => variant.test.name));
    const own = cells?.filter((cell) => names.has(cell.test));
    markDone(test, own, interrupted ? failure : undefined);
  }
}

function testSummary(test: TransportTestSpec): string {
  return `${test.name}: ${backEndOf(test)}, ${toolOf(test).memory(test)}`;
}

function detailsOf(error: unknown): TransportTestFailureDetails | undefined {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure
    ? (cause.details?.[0] as TransportTestFailureDetails | undefined)
    : undefined;
}
