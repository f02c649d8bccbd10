import type { JsonObject } from './patch.js';
import { objectsIn } from './read-json.js';

/** A container with its path below the spec of a pod. */
export interface PlacedContainer {
  /** `initContainers[0]` */
  readonly path: string;
  readonly field: string;
  readonly at: number;
  readonly container: JsonObject;
}

/** Lists all containers of the spec of a pod: those that start it, and those that run. */
export function containersOf(spec: unknown): PlacedContainer[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    objectsIn(spec, field).map(([at, container]) => ({ path: `${field}[${at}]`, field, at, container })),
  );
}
