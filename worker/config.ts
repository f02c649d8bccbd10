import { z } from 'zod';

/** Environment variables of the worker. Temporal's library reads its own (address, namespace, TLS). */
const settings = z.object({
  TASK_QUEUE: z.string().min(1).default('dynamo-bench'),
  /** Folder with one folder for each run and, without RESULTS_URL, results.db. */
  RESULTS_DIR: z.string().min(1).default('runs'),
  RESULTS_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected a URL such as postgres://user@host/database; unset it to use results.db')
    .optional(),
  /** File with AES-256 keys that encrypt all payloads. Default: payloads are plain. */
  PAYLOAD_KEY_FILE: z.string().min(1, 'expected the path of a key file; unset it for plain payloads').optional(),
  LOG_LEVEL: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** With BUILD_ID: pins each suite run to the worker version that it started on. Default: no worker versioning. */
  DEPLOYMENT_NAME: z
    .string()
    .regex(/^[^.:]+$/, 'expected a name without "." and ":", which Temporal uses as separators')
    .optional(),
  /** Identifies the worker's code, such as a commit or an image digest. */
  BUILD_ID: z.string().min(1, 'expected an id of the worker code, such as a commit').optional(),
});

/** Names of the worker's environment variables, all of which docs/cluster-set-up.md describes. */
export const WORKER_VARIABLES: readonly string[] = Object.keys(settings.shape);

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
 * Reads the worker's settings from environment variables.
 *
 * @throws {Error} with one line for each invalid variable
 */
export function readConfig(environment: NodeJS.ProcessEnv): WorkerConfig {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  throw new Error(
    result.error.issues.map(({ path, message }) => `environment variable ${path.join('.')}: ${message}`).join('\n'),
  );
}
