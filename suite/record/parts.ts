import { z } from 'zod';
import type { DeepReadonly } from '../run/deep-readonly.js';

/** Pieces that cells, tests and runs share. */

/**
 * Version of cells and of `record.json`. A field that changes its meaning raises it. Version 1 is read too (see
 * `currentCell`); readers refuse a version that they do not know.
 */
export const RECORD_VERSION = 2;

export const failure = z.object({ class: z.string(), message: z.string(), hint: z.string() });
export const reason = z.object({ code: z.string(), message: z.string() });
export const verdict = z.enum(['pass', 'fail', 'inconclusive', 'skipped']);

export const logReference = z.object({
  /** Path below the run's folder. */
  path: z.string(),
  sha256: z.string(),
  bytes: z.number(),
});

export type LogReference = DeepReadonly<z.output<typeof logReference>>;

/** What every cell has, of whichever phase. */
export const cellBase = {
  version: z.literal(RECORD_VERSION),
  key: z.string().meta({ description: 'hash of all that defines the cell: the same key means the same measurement' }),
  test: z.string(),
  repetition: z.number(),
  warmUp: z.boolean().optional().meta({ description: 'a warm-up cell: it counts for nothing' }),
  nodes: z.array(z.string()).meta({ description: 'names of the nodes that it ran on: node1, node2, …' }),
  verdict,
  reasons: z.array(reason),
  failure: failure.optional(),
  recordedAt: z.string(),
  measuredBy: z
    .object({ workflowId: z.string(), runId: z.string() })
    .meta({ description: 'workflow run that measured it; another one means that the cell was taken over' }),
};
