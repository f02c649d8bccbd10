import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { address } from './address.js';

/** Schema of a whole number that is not below `minimum`. */
const count = (minimum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'expected a whole number')
    .transform(Number)
    .refine((value) => value >= minimum, `expected ${minimum} or more`);

/** Schema of a list of patterns, separated by commas. */
const patterns = () =>
  z
    .string()
    .transform((text) => text.split(',').map((pattern) => pattern.trim()))
    .refine(
      (list) => list.every((pattern) => pattern !== ''),
      'expected patterns separated by commas, such as "registry.example.com/bench/*"; unset it to allow everything',
    )
    .optional();

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
  /** Images that a spec may name, as patterns in which `*` stands for any characters. Default: every image. */
  ALLOWED_IMAGES: patterns(),
  /** Contexts of the kubeconfig that a spec may name. Default: every context. */
  ALLOWED_CONTEXTS: patterns(),
  /** Namespaces in which a spec may create objects. Default: every namespace. */
  ALLOWED_NAMESPACES: patterns(),
  /** Secrets that a spec may name, as pull secret or in an environment. Default: every Secret. */
  ALLOWED_SECRETS: patterns(),
  /**
   * Privileges that a spec may ask for, such as `privileged`, `hostPath:/dev/gdrdrv` and `capability:SYS_PTRACE`. Default:
   * `hostNetwork` and volumes other than those of the node.
   */
  ALLOWED_PRIVILEGES: patterns(),
  LOG_LEVEL: z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
  /** `json` prints one JSON object for each line, for a log collector. */
  LOG_FORMAT: z.enum(['text', 'json']).default('text'),
  /** Address of /healthz and /readyz. Default: not served, so that two workers on one machine do not collide. */
  HEALTH_ADDRESS: address().optional(),
  /** Address of /metrics for Prometheus. Default: not served. */
  METRICS_ADDRESS: address().optional(),
  /** Service account of the pods that the suite creates. Default: the default account of their namespace. */
  BENCHMARK_SERVICE_ACCOUNT: z
    .string()
    .regex(
      /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
      'expected the name of a service account; unset it for the default account',
    )
    .optional(),
  /** Activities that run at the same time. Default: 100, from Temporal's SDK. */
  MAX_ACTIVITIES: count(1).optional(),
  /** Workflows that stay in memory between their steps. Default: from Temporal's SDK, by the size of the heap. */
  MAX_CACHED_WORKFLOWS: count(2).optional(),
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

/**
 * Returns a warning for each environment variable that is probably one of the worker's, misspelled: it begins with the
 * same word as one of them and differs by at most two letters.
 */
export function misspelledVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(settings.shape);
  return Object.keys(environment).flatMap((name) => {
    const nearest = closest(name, known);
    const isSuspect = name !== nearest && firstWord(name) === firstWord(nearest) && distance(name, nearest) <= 2;
    return isSuspect ? [`environment variable ${name} has no effect; did you mean ${nearest}?`] : [];
  });
}

function firstWord(name: string): string | undefined {
  return name.split('_', 1)[0];
}
