import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, sleep } from '@temporalio/workflow';
import type { RunningSuite } from './running-suite.js';

const PAUSE = '1 second';

/**
 * Starts a test as a child workflow, whose id consists of the suite's id and the test's name. Waits while the same test
 * of a terminated suite run still removes its objects.
 *
 * @param start starts the child workflow with the given options
 */
export async function startTest<Child>(
  { run, state }: RunningSuite,
  name: string,
  start: (options: { workflowId: string; parentClosePolicy: 'REQUEST_CANCEL' }) => Promise<Child>,
): Promise<Child> {
  for (;;) {
    try {
      return await start({
        workflowId: `${run.workflowId}/${name}`,
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      state.setStep(`${name}: waiting until an earlier suite run has ended this test`);
      await sleep(PAUSE);
    }
  }
}
