import { Option } from 'commander';

/** `--task-queue`; the worker's own variable is the default. */
export function taskQueueOption(): Option {
  return new Option('--task-queue <name>', "the worker's task queue (TASK_QUEUE)").default(
    process.env.TASK_QUEUE ?? 'dynamo-bench',
  );
}
