import { createHash } from 'node:crypto';
import { canonicalJson } from '../../suite/run/canonical-json.js';
import { formerDynamoKeys, formerTestKeys } from '../../suite/schema/renamed-keys.js';
import type { CellDefinition, InferenceCellDefinition } from './cell-definition.js';

/**
 * Hashes the definition of a transport cell. What only says how often it runs and how to treat the result (who needs it,
 * what a document claimed, how long to wait) is left out: a change there must not cost a measurement.
 */
export function cellKey({ variant: _, ...cell }: CellDefinition): string {
  const { required, onFailure, claimed, timeout, repetitions, warmupCells, adaptive, matrix, ...test } = cell.test;
  return hashOf({ ...cell, test: formerTestKeys(test) });
}

/**
 * Hashes the definition of an inference cell. What only says how to treat the result, how long to wait, or how the
 * platform came there, is left out.
 */
export function inferenceCellKey({ dynamo, test, point, pair, fabric }: InferenceCellDefinition): string {
  const { platform, name, readyTimeout, removalTimeout, keep, ...cluster } = dynamo;
  const { required, onFailure, control, concurrency, repetitions, timeout, ...load } = test;
  return hashOf({ cluster: formerDynamoKeys(cluster), load, point, pair, fabric });
}

/** SHA-256 of a value in canonical JSON. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
