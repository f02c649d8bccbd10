import { z } from 'zod';

/** Settings of the worker, all from the environment. Temporal's own (address, namespace, TLS) are not among them. */
const settings = z.object({
  TASK_QUEUE: z.string().min(1).default('dynamo-bench'),
  /** Folder of the runs' folders and, without RESULTS_URL, of results.db. */
  RESULTS_DIR: z.string().min(1).default('runs'),
  RESULTS_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected a URL such as postgres://user@host/database; without it results.db is used')
    .optional(),
  LOG_LEVEL: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** With BUILD_ID: a suite stays on the version of the worker that it began on. Default: no versions. */
  DEPLOYMENT_NAME: z
    .string()
    .regex(/^[^.:]+$/, 'expected a name without "." and ":", which Temporal puts between name and build')
    .optional(),
  /** What tells this code from other code, such as a commit or the digest of the image. */
  BUILD_ID: z.string().min(1, 'expected a text that tells this code from other code, such as a commit').optional(),
});

const schema = settings.superRefine(({ DEPLOYMENT_NAME: name, BUILD_ID: build }, context) => {
  if ((name === undefined) === (build === undefined)) return;
  const [set, missing] = build === undefined ? ['DEPLOYMENT_NAME', 'BUILD_ID'] : ['BUILD_ID', 'DEPLOYMENT_NAME'];
  context.addIssue({
    code: 'custom',
    path: [missing],
    message: `is missing while ${set} is set: set both for a versioned worker, or neither`,
  });
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
