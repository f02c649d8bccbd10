import { condition, upsertSearchAttributes } from '@temporalio/workflow';
import { onFailureOf } from '../../suite/schema/on-failure.js';
import { formatDuration } from '../../suite/units/units.js';
import { SUITE_VERDICT } from '../common/messages.js';
import { releaseNodes } from '../common/node-claim.js';
import type { RunningSuite } from './running-suite.js';
import type { TestState } from './test-state.js';

/**
 * Runs a block (one test, or several interleaved ones) until all its tests are done. Handles a failed test according to
 * its `onFailure`.
 *
 * @param measure runs tests once and sets their state
 * @returns `abort` when the suite must end
 */
export async function runBlock<State extends TestState>(
  suite: RunningSuite,
  states: readonly State[],
  measure: (open: readonly State[]) => Promise<void>,
): Promise<'continue' | 'abort'> {
  const { spec, state } = suite;
  let open = states;
  for (;;) {
    await condition(() => !state.paused);
    open = open.filter(({ verdict }) => verdict !== 'skipped');
    if (open.length === 0) return 'continue';
    await measure(open);
    const failed = open.filter(({ failure }) => failure);
    if (failed.some(({ test }) => onFailureOf(spec, test) === 'abort')) return 'abort';
    const parked = failed.filter(({ test }) => onFailureOf(spec, test) === 'park');
    if (parked.length === 0) return 'continue';
    await park(suite, parked);
    if (parked.some(({ resolution }) => resolution === 'abort')) return 'abort';
    open = parked.filter(({ resolution }) => resolution === 'retry');
  }
}

/** Parks tests: releases the nodes and waits until a person resolves the tests, `parkTimeout` at most. */
async function park({ spec, run, state }: RunningSuite, parked: readonly TestState[]): Promise<void> {
  const { parkTimeout } = spec;
  await releaseNodes(run);
  for (const test of parked) Object.assign(test, { status: 'parked', resolution: undefined });
  state.setStep(`waiting for a person to resolve ${state.names('parked')}, at most ${formatDuration(parkTimeout)}`);
  upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'parked' }]);
  await condition(
    () => parked.every(({ resolution }) => resolution) || parked.some(({ resolution }) => resolution === 'abort'),
    parkTimeout * 1000,
  );
  upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'running' }]);
  for (const test of parked) {
    test.status = 'done';
    if (test.resolution === 'skip') test.verdict = 'skipped';
  }
}
