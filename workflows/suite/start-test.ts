import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, sleep } from '@temporalio/workflow';
import type { RunningSuite } from './running-suite.js';

const PAUSE = '1 second';

/**
 * Starts a test as a workflow of its own, under the suite's id and the test's name. The one of an earlier run of the suite
 * that was terminated goes on until it has removed what it made; it is waited for.
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
