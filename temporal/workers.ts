import type { ConnectionLike } from '@temporalio/client';

/** temporal.api.enums.v1.TaskQueueType */
const WORKFLOW = 1;

/** Counts the workers that polled a task queue in the last five minutes. */
export async function countWorkers(
  { workflowService }: Pick<ConnectionLike, 'workflowService'>,
  namespace: string,
  taskQueue: string,
): Promise<number> {
  const request = { namespace, taskQueue: { name: taskQueue }, taskQueueType: WORKFLOW };
  const { pollers } = await workflowService.describeTaskQueue(request);
  return pollers?.length ?? 0;
}
