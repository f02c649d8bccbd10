import { z } from 'zod';
import type { DevicePluginFacts, NodeFacts, Pair, ProbeFacts, Problem } from './cluster-facts.js';
import type { Judgement } from './judge.js';

/**
 * What is written to `results/<workflow id>/record.json`. A field that changes its meaning raises `RECORD_VERSION`;
 * readers refuse a version that they do not know.
 */
export const RECORD_VERSION = 1;

const failure = z.object({ class: z.string(), message: z.string(), hint: z.string() });
const reason = z.object({ code: z.string(), message: z.string() });
const verdict = z.enum(['pass', 'fail', 'inconclusive', 'skipped']);
const scope = z.enum(['nic', 'gpu-pair', 'node']);

const row = z.object({
  blockSize: z.number(),
  batchSize: z.number(),
  bytesPerSecond: z.number(),
  latency: z.number().optional(),
  original: z.string(),
});

const logReference = z.object({
  /** Path below the run's folder. */
  path: z.string(),
  sha256: z.string(),
  bytes: z.number(),
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
  log: logReference,
});

export type RankRecord = z.output<typeof rank>;
export type LogReference = z.output<typeof logReference>;

const attempt = z.object({
  number: z.number(),
  group: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  /** Seconds from the start of node2's rank to the start of node1's, by the nodes' own clocks. */
  startDelay: z.number().optional(),
  timedOut: z.boolean(),
  ranks: z.array(rank),
  failure: failure.optional(),
});

export type AttemptRecord = z.output<typeof attempt>;

const cell = z.object({
  version: z.literal(RECORD_VERSION),
  /** Hash of all that defines the cell: the same key means the same measurement. */
  key: z.string(),
  test: z.string(),
  repetition: z.number(),
  pair: z.object({ node1: z.string(), node2: z.string() }),
  verdict,
  reasons: z.array(reason),
  measurement: z
    .object({
      metric: z.enum(['bandwidth', 'latency']),
      value: z.number(),
      scope,
      conditions: z.string(),
      original: z.string(),
    })
    .optional(),
  ceiling: z.object({ bytesPerSecond: z.number(), nics: z.number(), explanation: z.string() }).optional(),
  path: z
    .object({ status: z.enum(['proven', 'unproven', 'wrong']), devices: z.record(z.string(), z.number()), reason })
    .optional(),
  rows: z.array(row),
  attempts: z.array(attempt),
  failure: failure.optional(),
  recordedAt: z.string(),
  /** Workflow run that measured it; another one means that the cell was taken over. */
  measuredBy: z.object({ workflowId: z.string(), runId: z.string() }),
});

export type CellRecord = z.output<typeof cell>;

/** Schema of one recorded cell. */
export const cellRecordSchema: z.ZodType<CellRecord> = cell;

/** What the whole run leaves: enough to make every report again. */
export interface SuiteRecord {
  readonly version: typeof RECORD_VERSION;
  readonly suite: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly verdict: Judgement['verdict'];
  readonly reasons: Judgement['reasons'];
  /** The spec as the user wrote it. */
  readonly spec: unknown;
  readonly setup: SetupRecord;
  readonly tests: readonly TestRecord[];
}

export interface SetupRecord {
  readonly problems: readonly Problem[];
  readonly kubernetesVersion?: string | undefined;
  readonly pair?: Pair | undefined;
  readonly nodes: readonly NodeFacts[];
  readonly devicePlugins: readonly DevicePluginFacts[];
  readonly probes: readonly Omit<ProbeFacts, 'nixlbenchHelp'>[];
}

export interface TestRecord {
  readonly name: string;
  readonly tool: string;
  readonly required: boolean;
  readonly verdict: Judgement['verdict'];
  readonly claimed?: { readonly value: number; readonly source: string } | undefined;
  readonly failure?: Judgement['failure'];
  readonly cells: readonly CellRecord[];
}
