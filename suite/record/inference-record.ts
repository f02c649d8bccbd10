import { z } from 'zod';
import { ENGINE_KINDS } from '../engines/registry.js';
import type { DeepReadonly } from '../run/deep-readonly.js';
import { amount, cellBase, failure, logReference, testName, time, verdict } from './parts.js';

/** Schema of the record of the Dynamo phase, the key `dynamo` of the suite's record. */

const distribution = z.object({
  average: amount,
  p50: amount.optional(),
  p90: amount.optional(),
  p99: amount.optional(),
  min: amount.optional(),
  max: amount.optional(),
  count: amount.optional(),
});

const load = z
  .object({
    version: z.string(),
    duration: amount,
    requests: z.object({ succeeded: amount, failed: amount }),
    requestsPerSecond: amount,
    outputTokensPerSecond: amount.optional(),
    outputTokensPerSecondAndUser: amount.optional(),
    inputTokens: amount.optional(),
    outputTokens: amount.optional(),
    prompts: amount.optional().meta({ description: 'number of distinct prompts; further requests repeat them' }),
    timeToFirstToken: distribution.optional(),
    interTokenLatency: distribution.optional(),
    requestLatency: distribution,
    errors: z.array(z.object({ message: z.string(), count: amount })),
    complete: z.boolean(),
  })
  .meta({ description: 'figures of AIPerf: times in seconds, rates per second' });

const pod = z.object({
  role: z.string(),
  pod: z.string(),
  node: z.string(),
  image: z.string(),
  imageId: z.string(),
  privilege: z.string().optional().meta({ description: 'privilege of the container; absent in older records' }),
});

const kv = z.object({
  bytesPerToken: amount,
  bytesPerTokenAndRank: amount,
  layers: amount.optional().meta({ description: 'layers that keep a KV cache; absent in older records' }),
  explanation: z.string(),
});

const completedTransfers = z.object({
  transfers: amount,
  bytes: amount,
  seconds: amount.meta({ description: 'sum over all transfers, each from the call that posts it until its end' }),
  descriptors: amount.optional(),
  postSeconds: amount.optional().meta({ description: 'part of the seconds in which the engine posted' }),
});

const transferFailures = z.object({
  failedTransfers: amount.optional(),
  failedNotifications: amount.optional(),
  expiredRequests: amount
    .optional()
    .meta({ description: 'requests whose KV cache a prefill worker released before it was read' }),
});

/** Schema of the KV transfers of a load. */
export const kvTransferSchema = z.object({
  requests: amount.meta({
    description: 'requests that transferred a KV cache, those of the warm-up and the probe of AIPerf included',
  }),
  predictedBytes: amount.optional().meta({ description: 'KV bytes of these requests in whole blocks' }),
  engine: completedTransfers.optional().meta({
    description: 'transfers that the engine counted; absent when it keeps no record, or a worker did not answer',
  }),
  nixlBytes: amount.optional().meta({
    description:
      'bytes that NIXL counted in the prefill and decode workers; absent when dynamo.transfer.nixlTelemetry is off, or when a worker did not answer',
  }),
  failures: transferFailures
    .optional()
    .meta({ description: 'failures that the engine counted, at workers of all roles' }),
  nicReceived: amount.optional().meta({ description: 'bytes that the NICs of the decode workers received' }),
  nicSent: amount.optional().meta({ description: 'bytes that the NICs of the prefill workers sent' }),
});

export type KvTransfer = DeepReadonly<z.output<typeof kvTransferSchema>>;

const firstAnswer = z.object({
  text: z.string(),
  tokens: z
    .array(
      z.object({
        text: z.string(),
        logProbability: z.number().optional(),
        alternatives: z.record(z.string(), z.number()).optional(),
      }),
    )
    .optional(),
});

/** Schema of one measurement of a deployment under one load. */
export const inferenceCellSchema = z.object({
  ...cellBase,
  kind: z.literal('inference'),
  concurrency: amount,
  attempts: amount,
  load: load.optional(),
  pods: z.array(pod),
  kv: kv.optional().meta({ description: 'KV cache of one prompt token' }),
  kvTransfer: kvTransferSchema
    .optional()
    .meta({ description: 'KV transfers between the readings of the workers before and after the load' }),
  answer: firstAnswer
    .optional()
    .meta({ description: 'answer of the deployment to its first request; absent for a simulated engine' }),
  simulatedRate: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'bytes per second at which a simulated engine delays the KV transfer' }),
  gpus: amount.meta({ description: 'total number of GPUs of all workers' }),
  command: z.array(z.string()),
  evidence: z.array(logReference),
  startedAt: time,
});

export type InferenceCell = DeepReadonly<z.output<typeof inferenceCellSchema>>;

const test = z.object({
  name: testName,
  topology: z.enum(['disaggregated', 'aggregated']),
  control: z.string().optional(),
  required: z.boolean(),
  verdict,
  failure: failure.optional(),
  inputTokens: amount,
  outputTokens: amount,
  cells: z.array(inferenceCellSchema),
});

export type InferenceTestRecord = DeepReadonly<z.output<typeof test>>;

/** Schema of the Dynamo phase of a run. */
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
  kept: z
    .string()
    .optional()
    .meta({ description: 'command that removes the deployment that the run left in the cluster' }),
  tests: z.array(test),
});

/** Schema of the Dynamo phase of a run without its cells. */
export const dynamoHeadSchema = dynamoRecordSchema.extend({ tests: z.array(test.omit({ cells: true })) });

export type DynamoRecord = DeepReadonly<z.output<typeof dynamoRecordSchema>>;
