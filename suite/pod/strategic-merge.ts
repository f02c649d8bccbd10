import { type FieldType, fieldType, itemType, POD } from './field-type.js';
import { DIRECTIVE, isObject, type Json, type JsonObject } from './patch.js';

/**
 * Applies a strategic merge patch to an object as the API server does, with the directives `delete` and `replace`. Changes
 * neither of them. The order of lists is that of `normalizeElementOrder` in apimachinery, pkg/util/strategicpatch: new items come
 * before those of the object.
 *
 * @param type type of the object; default: a Pod
 */
export function strategicMerge(original: JsonObject, patch: JsonObject, type: FieldType = POD): JsonObject {
  const { [DIRECTIVE]: directive, ...fields } = patch;
  if (directive === 'delete') return {};
  if (directive === 'replace') return withoutDirectives(fields) as JsonObject;
  const merged: Record<string, Json> = { ...original };
  for (const [field, value] of Object.entries(fields)) {
    if (value === null) {
      delete merged[field];
      continue;
    }
    const before = Object.hasOwn(merged, field) ? merged[field] : undefined;
    const after = mergedField(before, value, type.shape === 'map' ? itemType(type) : fieldType(type.name, field));
    if (after === undefined) delete merged[field];
    else merged[field] = after;
  }
  return merged;
}

function mergedField(before: Json | undefined, patch: Json, type: FieldType | undefined): Json | undefined {
  if (isObject(before) && isObject(patch)) return type ? strategicMerge(before, patch, type) : patch;
  if (isList(before) && isList(patch)) return type ? mergedList(before, patch, type) : patch;
  return withoutDirectives(patch);
}

function mergedList(before: readonly Json[], patch: readonly Json[], type: FieldType): readonly Json[] {
  if (type.mergeKey !== undefined)
    return mergedItems(before.filter(isObject), patch.filter(isObject), type.mergeKey, type);
  return type.isSet ? ordered(before, [...new Set([...before, ...patch])], patch, (value) => value) : patch;
}

function mergedItems(
  before: readonly JsonObject[],
  patch: readonly JsonObject[],
  key: string,
  type: FieldType,
): readonly JsonObject[] {
  const changes = patch.filter((item) => !Object.hasOwn(item, DIRECTIVE));
  if (patch.some((item) => item[DIRECTIVE] === 'replace'))
    return changes.map((item) => withoutDirectives(item) as JsonObject);
  const deleted = patch.filter((item) => item[DIRECTIVE] === 'delete').map((item) => item[key]);
  const merged = before.filter((item) => !deleted.includes(item[key]));
  for (const change of changes) {
    const at = merged.findIndex((item) => item[key] === change[key]);
    const item = merged[at];
    if (item) merged[at] = strategicMerge(item, change, itemType(type));
    else merged.push(withoutDirectives(change) as JsonObject);
  }
  return ordered(before, merged, patch, (item) => item[key]);
}

/**
 * Orders the items of a merged list: those of the patch in the order of the patch, and each of the others in front of the first
 * item of the patch that follows it in the original list.
 */
function ordered<Item>(
  original: readonly Item[],
  merged: readonly Item[],
  patch: readonly Item[],
  keyOf: (item: Item) => unknown,
): Item[] {
  const place = (list: readonly Item[], item: Item) => list.findIndex((other) => keyOf(other) === keyOf(item));
  const isPatched = (item: Item) => place(patch, item) >= 0;
  const patched = merged.filter(isPatched).sort((a, b) => place(patch, a) - place(patch, b));
  const others = merged.filter((item) => !isPatched(item)).sort((a, b) => place(original, a) - place(original, b));
  const list: Item[] = [];
  for (const item of patched) {
    const at = place(original, item);
    while (at >= 0 && others[0] !== undefined && place(original, others[0]) < at) list.push(...others.splice(0, 1));
    list.push(item);
  }
  return [...list, ...others];
}

/** Removes directives and null values, which have no effect on what the object does not have yet. */
function withoutDirectives(value: Json): Json | undefined {
  if (isList(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (value[DIRECTIVE] === 'delete') return undefined;
  const fields = Object.entries(value).flatMap(([field, item]): [string, Json][] => {
    const kept = field === DIRECTIVE || item === null ? undefined : withoutDirectives(item);
    return kept === undefined ? [] : [[field, kept]];
  });
  return Object.fromEntries(fields);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
