import { isObject, type JsonObject } from './patch.js';

/** Reads objects whose structure is not checked, because the cluster or an earlier version wrote them. */

/** Returns a field as an object; an empty one when it is anything else. */
export function objectIn(value: unknown, ...path: readonly string[]): JsonObject {
  let at: unknown = value;
  for (const field of path) at = isObject(at) ? at[field] : undefined;
  return isObject(at) ? at : {};
}

/** Returns the objects in a list field, each with its place; none when the field is not a list. */
export function objectsIn(value: unknown, field: string): [at: number, item: JsonObject][] {
  const list: unknown = isObject(value) ? value[field] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, at): [number, JsonObject][] => (isObject(item) ? [[at, item]] : []));
}

/** Returns the texts in a list field. */
export function textsIn(value: unknown, field: string): string[] {
  const list: unknown = isObject(value) ? value[field] : undefined;
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

/** Returns a field as a text; undefined when it is anything else. */
export function textIn(value: unknown, field: string): string | undefined {
  const found: unknown = isObject(value) ? value[field] : undefined;
  return typeof found === 'string' ? found : undefined;
}
