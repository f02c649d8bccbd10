import { z } from 'zod';

/** Settings of the worker, all from the environment. Temporal's own (address, namespace, TLS) are not among them. */
const schema = z.object({
  TASK_QUEUE: z.string().min(1).default('dynamo-bench'),
  /** Folder of the runs' folders and, without RESULTS_URL, of results.db. */
  RESULTS_DIR: z.string().min(1).default('results'),
  RESULTS_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected a URL such as postgres://user@host/database; without it results.db is used')
    .optional(),
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
