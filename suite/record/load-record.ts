import { z } from 'zod';
import { ENGINE_KINDS } from '../engines/registry.js';
import type { DeepReadonly } from '../run/deep-readonly.js';

/** What is recorded of phase 3: a part of the suite's record, `dynamo`. */

const failure = z.object({ class: z.string(), message: z.string(), hint: z.string() });
const reason = z.object({ code: z.string(), message: z.string() });
const verdict = z.enum(['pass', 'fail', 'inconclusive', 'skipped']);

const distribution = z.object({
  average: z.number(),
  p50: z.number().optional(),
  p90: z.number().optional(),
  p99: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  count: z.number().optional(),
});

const load = z
  .object({
    version: z.string(),
    duration: z.number(),
    requests: z.object({ succeeded: z.number(), failed: z.number() }),
    requestsPerSecond: z.number(),
    outputTokensPerSecond: z.number(),
    outputTokensPerSecondAndUser: z.number().optional(),
    inputTokens: z.number().optional(),
    outputTokens: z.number().optional(),
    prompts: z.number().optional().meta({ description: 'distinct prompts; more requests repeat them' }),
    timeToFirstToken: distribution.optional(),
    interTokenLatency: distribution.optional(),
    requestLatency: distribution,
    errors: z.array(z.object({ message: z.string(), count: z.number() })),
    complete: z.boolean(),
  })
  .meta({ description: 'AIPerf’s figures: times in seconds, rates per second' });

const evidence = z.object({ path: z.string(), sha256: z.string(), bytes: z.number() });

const pod = z.object({
  role: z.string(),
  pod: z.string(),
  node: z.string(),
  image: z.string(),
  imageId: z.string(),
});

const kv = z.object({ bytesPerToken: z.number(), bytesPerTokenAndRank: z.number(), explanation: z.string() });

const cell = z.object({
  key: z.string(),
  test: z.string(),
  concurrency: z.number(),
  repetition: z.number(),
  attempts: z.number(),
  verdict,
  reasons: z.array(reason),
  load: load.optional(),
  pods: z.array(pod),
  kv: kv.optional().meta({ description: 'KV cache of one prompt token' }),
  pretendedRate: z
    .number()
    .optional()
    .meta({ description: 'bytes per second that a simulated engine pretends its network has' }),
  gpus: z.number().meta({ description: 'of all workers together' }),
  command: z.array(z.string()),
  evidence: z.array(evidence),
  failure: failure.optional(),
  startedAt: z.string(),
  recordedAt: z.string(),
  measuredBy: z.object({ workflowId: z.string(), runId: z.string() }),
});

export type LoadCell = DeepReadonly<z.output<typeof cell>>;
export const loadCellSchema = cell;

const test = z.object({
  name: z.string(),
  topology: z.enum(['disaggregated', 'aggregated']),
  control: z.string().optional(),
  required: z.boolean(),
  verdict,
  failure: failure.optional(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cells: z.array(cell),
});

export type LoadTestRecord = DeepReadonly<z.output<typeof test>>;

/** Phase 3 of a run. */
export const dynamoRecordSchema = z.object({
  kind: z.enum(['operator', 'manifests']),
  engine: z.enum(ENGINE_KINDS),
  model: z.string(),
  image: z.string(),
  transferBackend: z.string(),
  tokensPerBlock: z.number(),
  baseline: z.string().optional(),
  platform: z.object({ version: z.string(), installed: z.boolean() }).optional(),
  verdict,
  failure: failure.optional(),
  kept: z.string().optional().meta({ description: 'command that removes the deployment that was left' }),
  tests: z.array(test),
});

export type DynamoRecord = DeepReadonly<z.output<typeof dynamoRecordSchema>>;
