import { z } from 'zod';
import { currentTestKeys } from '../schema/renamed-keys.js';
import { type InferenceCell, inferenceCellSchema } from './inference-record.js';
import { RECORD_VERSION } from './parts.js';
import { cellRecordSchema, type TransportCell } from './record.js';

const cellSchema = z.discriminatedUnion('kind', [cellRecordSchema, inferenceCellSchema]);

/** Fields that had other names in version 1. */
interface FormerCell {
  readonly version?: number;
  readonly concurrency?: number;
  readonly pair?: { readonly node1: string; readonly node2: string };
  readonly pods?: readonly ({ readonly node: string } | null)[];
  readonly pretendedRate?: number;
  readonly parameters?: object;
}

/**
 * Converts a recorded cell to the current version. A cell of version 1 gets its kind, a list of nodes instead of a pair, and
 * the current names of parameters. A cell of any other version is returned unchanged.
 */
export function currentCell(recorded: object): TransportCell | InferenceCell {
  if (versionOf(recorded) !== 1) return recorded as TransportCell | InferenceCell;
  const { pair, pretendedRate, ...rest } = recorded as FormerCell;
  const { concurrency, pods = [], parameters } = rest;
  // A record from outside can have anything in these fields; the schema then names the wrong node.
  const ofPods = Array.isArray(pods) ? pods : [pods];
  const nodes = pair ? [pair.node1, pair.node2] : [...new Set(ofPods.map((pod) => pod?.node))];
  const current: object = {
    ...rest,
    version: RECORD_VERSION,
    kind: concurrency === undefined ? 'transport' : 'inference',
    nodes,
    ...(pretendedRate === undefined ? {} : { simulatedRate: pretendedRate }),
    ...(parameters ? { parameters: currentTestKeys(parameters) } : {}),
  };
  return current as TransportCell | InferenceCell;
}

/** Returns true for a recorded cell of a version that `currentCell` can read. */
export function isReadableCell(recorded: unknown): recorded is object {
  if (typeof recorded !== 'object' || recorded === null) return false;
  return [1, RECORD_VERSION].includes(versionOf(recorded) ?? 0);
}

/** Lists the problems of a recorded cell of a readable version; empty when `currentCell` can convert it. */
export function cellProblems(recorded: object): readonly z.core.$ZodIssue[] {
  return cellSchema.safeParse(currentCell(recorded)).error?.issues ?? [];
}

/** Returns the version of a cell. The first cells of the Dynamo phase had none. */
function versionOf(recorded: object): number | undefined {
  const { version, concurrency } = recorded as FormerCell;
  return version ?? (concurrency === undefined ? undefined : 1);
}
