import { Option } from 'commander';

/** `--task-queue`: where the worker polls. The default is the worker's own variable. */
export function taskQueueOption(): Option {
  return new Option('--task-queue <name>', 'Temporal task queue of the worker')
    .env('TASK_QUEUE')
    .default('dynamo-bench');
}
