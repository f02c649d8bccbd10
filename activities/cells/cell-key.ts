import { createHash } from 'node:crypto';
import { withoutFormerKvCacheDtype } from '../../suite/engines/former-kv-type.js';
import { isDefaultRuntime } from '../../suite/engines/runtime-image.js';
import { measuringPart } from '../../suite/pod/measuring-part.js';
import { canonicalJson } from '../../suite/run/canonical-json.js';
import { formerResources } from '../../suite/schema/network-devices.js';
import { isSameNode } from '../../suite/schema/placement.js';
import { formerDynamoKeys, formerTestKeys } from '../../suite/schema/renamed-keys.js';
import type { CellDefinition, InferenceCellDefinition } from './cell-definition.js';

/**
 * Hashes the definition of a transport cell. Excludes options that only set the repetitions, the handling of the result
 * (`required`, `onFailure`, `claimed`), a time limit or the scheduling of the pods, so that a change of them does not require a
 * new measurement.
 */
export function cellKey({ variant: _, ...cell }: CellDefinition): string {
  const {
    required,
    onFailure,
    claimed,
    timeout,
    stallTimeout,
    repetitions,
    warmupCells,
    adaptive,
    matrix,
    ...options
  } = cell.test;
  // The default and its absence are the same test.
  const { placement, ...rest } = options;
  const test = isSameNode(options) ? { ...rest, placement } : rest;
  const { pod, resources } = cell.settings;
  const settings = { ...cell.settings, resources: formerResources(resources), pod: measuringPart(pod) };
  return hashOf({ ...cell, settings, test: formerTestKeys(test) });
}

/**
 * Hashes the definition of an inference cell. Excludes options that only set the handling of the result, a time limit,
 * the scheduling of the pods, the installation of the platform or where the files of the model are kept.
 */
export function inferenceCellKey({ dynamo, test, point, pair, fabric }: InferenceCellDefinition): string {
  const { platform, name, readyTimeout, removalTimeout, keep, runtimeVersion, ...cluster } = dynamo;
  const { cache, ...model } = dynamo.model;
  const engine = withoutFormerKvCacheDtype(dynamo);
  const version = isDefaultRuntime(dynamo) ? undefined : runtimeVersion;
  // The default and its absence are the same deployment.
  const { nixlTelemetry, ...others } = cluster.transfer;
  const transfer = nixlTelemetry ? cluster.transfer : others;
  const { required, onFailure, control, concurrency, repetitions, timeout, ...load } = test;
  return hashOf({
    cluster: formerDynamoKeys({
      ...cluster,
      model,
      engine,
      transfer,
      runtimeVersion: version,
      pod: measuringPart(cluster.pod),
    }),
    load,
    point,
    pair,
    fabric,
  });
}

/** Returns the SHA-256 hash of a value in canonical JSON. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
