import { startChild, upsertSearchAttributes } from '@temporalio/workflow';
import { blocksOf } from '../../suite/plan/plan.js';
import { INTERLEAVED } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { toolOf } from '../../suite/tools/registry.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { detailsOfTest, failureOfTest } from '../common/failures.js';
import { isHistoryLong } from '../common/history.js';
import { SUITE_TEST } from '../common/messages.js';
import { summaryText } from '../common/summary.js';
import type { TestSummary } from '../common/test-tally.js';
import { backEndOf } from '../common/titles.js';
import { type TransportTestFailureDetails, transportTest } from '../transport/transport-test.js';
import { runBlock } from './block.js';
import { summariesOfResult } from './former-result.js';
import { openRun } from './open-run.js';
import type { PhaseEnd, RunningSuite } from './running-suite.js';
import type { Ready } from './set-up.js';
import { runTest } from './start-test.js';
import { markDone, markRunning, type TransportState } from './test-state.js';

/** Runs every transport test in the order of the spec; interleaved tests run together. Skips tests that have ended. */
export async function transportPhase(suite: RunningSuite, ready: Ready): Promise<PhaseEnd> {
  const { spec, state, isBounded } = suite;
  const byName = new Map(state.transport.map((test) => [test.test.name, test]));
  for (const { tests } of blocksOf(spec)) {
    const names = [...new Set(tests.map(({ base }) => base))];
    const states = names.flatMap((name) => byName.get(name) ?? []);
    if (states.every(({ status }) => status === 'done')) continue;
    if (isBounded && isHistoryLong()) return 'new-run';
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
  let summaries: readonly TestSummary[] | undefined;
  let interrupted = false;
  try {
    await openRun(suite.spec, run, ready.pair);
    const { tests: _, dynamo: __, ...spec } = suite.spec;
    const result = await runTest(suite, name, (options, paused) =>
      startChild(transportTest, {
        ...options,
        staticSummary: summaryOf(tests),
        args: [{ run, spec, written: states.map(({ written }) => written), ...ready, paused }],
      }),
    );
    summaries = summariesOfResult(result, states);
  } catch (error) {
    failure = failureOfTest(error);
    const details = detailsOfTest<TransportTestFailureDetails>(error);
    summaries = details && summariesOfResult(details, states);
    interrupted = details?.interrupted ?? true;
  }
  const byName = new Map(summaries?.map((summary) => [summary.test, summary]));
  for (const test of states) markDone(test, byName.get(test.test.name), interrupted ? failure : undefined);
}

function summaryOf(tests: readonly TransportTestSpec[]): string {
  return summaryText(tests.map((test) => `${test.name}: ${backEndOf(test)}, ${toolOf(test).memory(test)}`).join('; '));
}
