import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { log, ParentClosePolicy, sleep } from '@temporalio/workflow';
import { pauseSignal, resumeSignal } from '../common/messages.js';
import type { RunningSuite, TestHandle } from './running-suite.js';

const PAUSE = '1 second';

/** Options of the child workflow of a test. */
export interface TestOptions {
  readonly workflowId: string;
  readonly parentClosePolicy: 'REQUEST_CANCEL';
}

/**
 * Runs a test as a child workflow, whose id consists of the suite's id and the test's name, and returns its result. Waits
 * while the same test of a terminated suite run still removes its objects. Passes on pauses, also one that arrived while
 * the child was starting.
 *
 * @param start starts the child workflow with the given options and the current pause
 */
export async function runTest<Result>(
  suite: RunningSuite,
  name: string,
  start: (options: TestOptions, paused: boolean) => Promise<TestHandle & { result(): Promise<Result> }>,
): Promise<Result> {
  const { run, state, isBounded } = suite;
  const options = { workflowId: `${run.workflowId}/${name}`, parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL };
  try {
    for (;;) {
      const { paused } = state;
      try {
        const child = await start(options, paused);
        suite.child = child;
        if (isBounded && state.paused !== paused) await signalPause(suite);
        return await child.result();
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        state.setStep(`${name}: waiting until an earlier suite run has ended this test`);
        await sleep(PAUSE);
      }
    }
  } finally {
    suite.child = undefined;
  }
}

/** Sends the current pause to the running test. */
export async function signalPause({ child, state: { paused } }: RunningSuite): Promise<void> {
  await child?.signal(paused ? pauseSignal : resumeSignal).catch((error: unknown) => {
    // A test that has just ended needs no signal.
    log.debug('cannot signal the running test', { paused, error });
  });
}
