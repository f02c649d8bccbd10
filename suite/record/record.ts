import { z } from 'zod';
import type { DeepReadonly } from '../run/deep-readonly.js';
import {
  type DynamoRecord,
  dynamoHeadSchema,
  dynamoRecordSchema,
  type InferenceTestRecord,
} from './inference-record.js';
import {
  amount,
  cellBase,
  failure,
  logReference,
  positive,
  RECORD_VERSION,
  reason,
  suiteName,
  testName,
  time,
  verdict,
  workflowId,
} from './parts.js';

export { type LogCut, type LogReference, RECORD_VERSION } from './parts.js';

/** Schema of `<RESULTS_DIR>/<workflow id>/record.json`. */

const scope = z.enum(['nic', 'gpu-pair', 'node']);

const ceiling = z.object({ bytesPerSecond: positive, nics: amount, explanation: z.string() });

const averageTime = z.object({ average: amount, p99: amount });

const row = z.object({
  blockSize: positive,
  batchSize: positive,
  bytesPerSecond: amount,
  latency: amount.optional(),
  recomputed: amount.optional().meta({ description: 'bytes per second from block and latency' }),
  deviceFactor: amount.optional().meta({
    description:
      'number of devices or pairs of devices that the bandwidth covers, when the tool counts the bytes of one: the printed bandwidth was multiplied by it',
  }),
  conflict: z
    .string()
    .optional()
    .meta({ description: 'figures of the row that contradict each other by more than their rounding' }),
  times: z
    .object({ prep: averageTime, post: averageTime, tx: averageTime })
    .optional()
    .meta({ description: 'seconds to create a transfer request, to post it, and until its completion' }),
  original: z.string(),
});

const rank = z.object({
  position: z.enum(['node1', 'node2']),
  pod: z.string(),
  node: z.string(),
  image: z.string(),
  imageId: z.string(),
  exitCode: z.number().optional(),
  reason: z.string().optional(),
  endedBySuite: z.boolean(),
  createdAt: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.string()).optional().meta({
    description: 'environment variables that the pod sets, without secrets; those of the image are in the provenance',
  }),
  privilege: z.string().optional().meta({
    description:
      'privilege of the container: its capabilities (IPC_LOCK), privileged, or none; absent in older records',
  }),
  libraries: z
    .array(
      z.object({
        file: z.string(),
        version: z.string().optional().meta({ description: 'absent when the file does not tell its version' }),
      }),
    )
    .optional()
    .meta({
      description: 'libraries of NIXL, UCX and libfabric that the tool had mapped; absent when none could be read',
    }),
  log: logReference,
});

export type RankRecord = DeepReadonly<z.output<typeof rank>>;

const attempt = z.object({
  number: amount,
  group: z.string(),
  startedAt: time,
  endedAt: time,
  /** Seconds from the start of the rank on node2 to the start of the rank on node1, by the clocks of the nodes. */
  startDelay: z.number().optional(),
  timedOut: z.boolean(),
  ranks: z.array(rank),
  failure: failure.optional(),
});

export type AttemptRecord = DeepReadonly<z.output<typeof attempt>>;

const provenance = z.object({
  suiteVersion: z.string(),
  specHash: z.string().meta({ description: 'SHA-256 of the spec as the user wrote it, in canonical JSON' }),
  seed: z.number(),
  nodes: z.array(
    z.object({
      position: z.enum(['node1', 'node2']),
      name: z.string(),
      instanceType: z.string(),
      zone: z.string(),
      topology: z.record(z.string(), z.string()).meta({ description: 'labels of the node’s location' }),
      kernelVersion: z.string(),
      osImage: z.string(),
      kubeletVersion: z.string(),
      drivers: z.record(z.string(), z.string()).meta({ description: 'kernel modules: efa, nvidia' }),
      imageId: z.string().meta({ description: 'digest of the image that ran' }),
      versions: z.record(z.string(), z.string()).meta({
        description:
          'tools and libraries: those that the rank had mapped, by their version or else by the name of their file; otherwise as in the probe',
      }),
      environment: z
        .record(z.string(), z.string())
        .meta({ description: 'environment variables of the rank, without secrets' }),
      command: z.array(z.string()),
      privilege: z.string().optional().meta({ description: 'privilege of the rank; absent in older records' }),
    }),
  ),
  pod: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'patch of the pods in the spec, without what only schedules them and without secrets' }),
  distance: z
    .object({ shared: z.array(z.string()), different: z.array(z.string()) })
    .optional()
    .meta({
      description:
        'labels of location with equal and with different values on the two nodes, from the outermost level; absent when no label says anything',
    }),
  devicePlugins: z.array(z.string()).meta({ description: 'images' }),
});

/** Provenance of a cell's figure. */
export type Provenance = DeepReadonly<z.output<typeof provenance>>;

/** One measurement of a transport test. */
export const cellRecordSchema = z.object({
  ...cellBase,
  kind: z.literal('transport'),
  variant: z
    .string()
    .optional()
    .meta({ description: 'combination of the test’s matrix in words; absent without a matrix' }),
  parameters: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'the test as it ran: every option, in bytes and seconds' }),
  provenance: provenance.optional(),
  measurement: z
    .object({
      metric: z.enum(['bandwidth', 'latency']),
      value: amount,
      scope,
      conditions: z.string(),
      original: z.string(),
    })
    .optional(),
  ceiling: ceiling.optional().meta({
    description:
      'ceiling of the NICs that carried the bytes according to their counters; a higher figure cannot be true',
  }),
  usableCeiling: ceiling.optional().meta({
    description:
      'ceiling of the NICs that the test could use. Shares and expectations refer to it, or to `ceiling` when that is higher or this field is absent',
  }),
  path: z
    .object({
      status: z.enum(['proven', 'unproven', 'wrong']),
      devices: z
        .record(z.string(), z.number())
        .meta({ description: 'NICs that moved bytes, with their number of bytes' }),
      expected: z
        .object({ least: z.number(), most: z.number() })
        .optional()
        .meta({ description: 'bytes sent according to the parameters: `least` without, `most` with warm-up' }),
      reason,
    })
    .optional(),
  rows: z.array(row),
  attempts: z.array(attempt),
});

export type TransportCell = DeepReadonly<z.output<typeof cellRecordSchema>>;

const problem = z.object({ subject: z.string(), message: z.string(), hint: z.string() });
const quantities = z.record(z.string(), z.number());

const setup = z.object({
  problems: z.array(problem),
  kubernetesVersion: z.string().optional(),
  pair: z.object({ node1: z.string(), node2: z.string() }).optional(),
  nodes: z.array(
    z.object({
      name: z.string(),
      instanceType: z.string(),
      zone: z.string(),
      kubeletVersion: z.string(),
      osImage: z.string(),
      kernelVersion: z.string(),
      topology: z.record(z.string(), z.string()).optional(),
      allocatable: quantities,
      free: quantities.meta({ description: 'allocatable minus the requests of running pods before the suite' }),
    }),
  ),
  devicePlugins: z.array(
    z.object({ name: z.string(), namespace: z.string(), image: z.string(), desired: z.number(), ready: z.number() }),
  ),
  probes: z.array(
    z.object({
      node: z.string(),
      imageId: z.string(),
      efaDomains: z.number().optional(),
      memlock: z.string(),
      ipcLock: z.boolean().optional().meta({ description: 'CAP_IPC_LOCK is in effect, so no memlock limit applies' }),
      hugepagesFree: z.number().optional(),
      etcdAddresses: z.array(z.string()).optional(),
      links: z
        .array(
          z.object({
            device: z.string(),
            port: z.number(),
            linkLayer: z.string().optional(),
            rate: z.string().optional(),
            state: z.string().optional(),
          }),
        )
        .optional()
        .meta({ description: 'ports of the RDMA devices of the pod, as the kernel describes them' }),
      versions: z.record(z.string(), z.string()),
      drivers: z.record(z.string(), z.string()).optional(),
      environment: z.record(z.string(), z.string()),
    }),
  ),
});

export type SetupRecord = DeepReadonly<z.output<typeof setup>>;

const test = z.object({
  name: testName,
  tool: z.string(),
  required: z.boolean(),
  verdict,
  claimed: z
    .object({ value: amount, source: z.string() })
    .optional()
    .meta({ description: 'figure from a document, in bytes per second' }),
  failure: failure.optional(),
  cells: z.array(cellRecordSchema),
});

export type TestRecord = DeepReadonly<z.output<typeof test>>;

const suite = z.object({
  version: z.literal(RECORD_VERSION),
  suite: suiteName,
  workflowId,
  runId: workflowId,
  startedAt: time,
  endedAt: time,
  verdict,
  reasons: z.array(reason),
  spec: z.unknown().meta({ description: 'the spec as the user wrote it' }),
  setup,
  tests: z.array(test),
  dynamo: dynamoRecordSchema.optional().meta({ description: 'the Dynamo phase' }),
});

/** Record of a whole run, from which every report can be generated. */
export type SuiteRecord = DeepReadonly<z.output<typeof suite>>;

/** A run without its cells. The store keeps it in this form and links the cells to it. */
export type RunHead = Omit<SuiteRecord, 'tests' | 'dynamo'> & {
  readonly tests: readonly Omit<TestRecord, 'cells'>[];
  readonly dynamo?: DynamoHead | undefined;
};

const headSchema = suite.extend({
  version: z.int().min(1).max(RECORD_VERSION),
  tests: z.array(test.omit({ cells: true })),
  dynamo: dynamoHeadSchema.optional(),
});

/** Lists the problems of a recorded run without its cells, of any version up to the current one; empty for a correct one. */
export function headProblems(recorded: unknown): readonly z.core.$ZodIssue[] {
  return headSchema.safeParse(recorded).error?.issues ?? [];
}

type DynamoHead = Omit<DynamoRecord, 'tests'> & { readonly tests: readonly Omit<InferenceTestRecord, 'cells'>[] };

/** The part of a run's record that is known before it has ended. */
export type StartedRun = Omit<RunHead, 'endedAt'>;

/** JSON Schema of `record.json`, for readers in other languages. */
export function recordJsonSchema(): object {
  return z.toJSONSchema(suite, { target: 'draft-2020-12' });
}
