import { z } from 'zod';
import type { DeepReadonly } from '../run/deep-readonly.js';
import { slug } from '../schema/schema.js';
import { evidencePathProblem } from './evidence-path.js';
import { recordedIdProblem } from './workflow-id.js';

/** Schemas that cells, tests and runs share. */

/**
 * Version of cells and of `record.json`. Increase it when a field changes its meaning. Version 1 can still be read (see
 * `currentCell`). Readers refuse an unknown version.
 */
export const RECORD_VERSION = 2;

/** Schema of a quantity that is never negative. */
export const amount = z.number().min(0);

/** Schema of a quantity that others are divided by. */
export const positive = z.number().gt(0);

/** Schema of a time, ISO 8601 with its offset. */
export const time = z.iso.datetime({ offset: true });

/** Schema of a path of evidence below the folder of its run. */
export const evidencePath = z.string().superRefine((path, context) => addProblem(context, evidencePathProblem(path)));

/** Schema of the id of a workflow or a run. */
export const workflowId = z.string().superRefine((id, context) => addProblem(context, recordedIdProblem(id)));

/** Schema of the name of a suite. */
export const suiteName = slug('suite name', 40);

/** Schema of the name of a test, or of a variant of its matrix: `nixl-ucx-v17`. */
export const testName = slug('test name', 64);

export const failure = z.object({ class: z.string(), message: z.string(), hint: z.string() });
export const reason = z.object({ code: z.string(), message: z.string() });
export const verdict = z.enum(['pass', 'fail', 'inconclusive', 'skipped']);

export const logReference = z.object({
  /** Path below the run's folder. */
  path: evidencePath,
  sha256: z.string(),
  bytes: amount,
  /** Absent in a whole log. */
  cut: z.object({ first: amount, last: amount }).optional().meta({
    description:
      'bytes of the beginning and of the end that were kept of a log that was longer than the limit; a line in the stored text shows the place of the missing part, whose size is unknown',
  }),
});

export type LogReference = DeepReadonly<z.output<typeof logReference>>;

/** Bytes of the beginning and of the end of a log between which a part is missing. */
export type LogCut = NonNullable<LogReference['cut']>;

/** Fields of every cell, of any phase. */
export const cellBase = {
  version: z.literal(RECORD_VERSION),
  key: z
    .string()
    .meta({ description: 'hash of everything that defines the cell; equal keys mean the same measurement' }),
  test: testName,
  repetition: amount,
  warmUp: z.boolean().optional().meta({ description: 'true for a warm-up cell, which never counts' }),
  nodes: z
    .array(z.string())
    .meta({ description: 'names of the nodes of the cell: node1, node2, …; version 1 had `pair` instead' }),
  verdict,
  reasons: z.array(reason),
  failure: failure.optional(),
  recordedAt: time,
  measuredBy: z.object({ workflowId, runId: workflowId }).meta({
    description: 'workflow run that measured the cell; differs from the run of the record when the cell was reused',
  }),
};

function addProblem(context: z.core.$RefinementCtx, message: string | undefined): void {
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}
