import { Option } from 'commander';

/** Builds `--task-queue`, the queue that the worker polls. Its default is the variable of the worker. */
export function taskQueueOption(): Option {
  return new Option('--task-queue <name>', 'Temporal task queue of the worker')
    .env('TASK_QUEUE')
    .default('dynamo-bench');
}
