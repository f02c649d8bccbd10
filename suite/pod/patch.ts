/** A value of an object in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object in JSON: a Kubernetes object, a part of one, or a patch of it. */
export interface JsonObject {
  readonly [field: string]: Json;
}

/** Key of a directive of a strategic merge patch. */
export const DIRECTIVE = '$patch';

/** Directives that a patch can have: `delete` empties or removes, `replace` replaces instead of merging. */
export const DIRECTIVES = ['delete', 'replace'] as const;

/** A strategic merge patch of the metadata and the spec of a pod. */
export interface PodPatch {
  readonly metadata?: JsonObject | undefined;
  readonly spec?: JsonObject | undefined;
}

/** Returns whether a value is an object of JSON. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
