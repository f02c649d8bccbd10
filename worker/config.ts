import { z } from 'zod';

/** Settings of the worker, all from the environment. Temporal's own (address, namespace, TLS) are not among them. */
const schema = z.object({
  TASK_QUEUE: z.string().min(1).default('dynamo-bench'),
  RESULTS_DIR: z.string().min(1).default('results'),
  LOG_LEVEL: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
});

export type WorkerConfig = z.output<typeof schema>;

/**
 * The settings in `environment`.
 *
 * @throws {Error} naming every variable that is wrong
 */
export function readConfig(environment: NodeJS.ProcessEnv): WorkerConfig {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  throw new Error(
    result.error.issues.map(({ path, message }) => `environment variable ${path.join('.')}: ${message}`).join('\n'),
  );
}
