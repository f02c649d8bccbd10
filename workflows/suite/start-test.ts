import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, sleep } from '@temporalio/workflow';
import type { RunningSuite } from './running-suite.js';

const PAUSE = '1 second';

/**
 * Starts a test as a child workflow, named by the suite's id and the test's name. Waits for the test of a terminated earlier
 * run of the suite, which continues until it has removed its objects.
 *
 * @param start starts the child with these options
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
      state.setStep(`${name}: waiting for an earlier run to end it`);
      await sleep(PAUSE);
    }
  }
}
