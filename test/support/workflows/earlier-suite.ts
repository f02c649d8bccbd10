import { makeContinueAsNewFunc } from '@temporalio/workflow';

/** A suite run of an earlier version, which continues as new on the worker of another task queue. */
export async function benchmarkSuite(spec: object, taskQueue: string): Promise<void> {
  await makeContinueAsNewFunc<(spec: object) => Promise<void>>({ workflowType: 'benchmarkSuite', taskQueue })(spec);
}
