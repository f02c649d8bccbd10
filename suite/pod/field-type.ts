import { POD_TYPES } from './pod-types.js';

/** Type of a field of a Pod, or of the items of such a list or map. */
export interface FieldType {
  /** `string`, `quantity`, …, or the name of a type with fields. */
  readonly name: string;
  readonly shape: 'value' | 'list' | 'map';
  /** Field by which a strategic merge finds the item of a list that a patch changes. Without one, it replaces the list. */
  readonly mergeKey?: string | undefined;
  /** True for a list of single values to which a strategic merge adds those of the patch. */
  readonly isSet: boolean;
  readonly isRequired: boolean;
}

const TEXT = /^([\w-]+)(\[\]|\{\})?(?: by (\w+))?( merged)?( required)?$/;

/** Returns the type of a pod or pod template, as far as a patch can have it. */
export const POD: FieldType = { name: 'Pod', shape: 'value', isSet: false, isRequired: false };

const POD_FIELDS: Readonly<Record<string, string>> = { metadata: 'ObjectMeta', spec: 'PodSpec' };

/** Returns the fields of a type, by name; undefined for a single value such as a text. */
export function fieldsOfType(name: string): Readonly<Record<string, string>> | undefined {
  if (name === POD.name) return POD_FIELDS;
  return Object.hasOwn(POD_TYPES, name) ? POD_TYPES[name] : undefined;
}

/** Returns the type of a field; undefined when the type has no such field. */
export function fieldType(name: string, field: string): FieldType | undefined {
  const fields = fieldsOfType(name);
  const text = fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (text === undefined) return undefined;
  const [, type = '', shape, mergeKey, merged, required] = TEXT.exec(text) ?? [];
  return {
    name: type,
    shape: shape === '[]' ? 'list' : shape === '{}' ? 'map' : 'value',
    mergeKey,
    isSet: merged !== undefined,
    isRequired: required !== undefined,
  };
}

/** Returns the type of the items of a list or a map. */
export function itemType({ name }: FieldType): FieldType {
  return { name, shape: 'value', isSet: false, isRequired: false };
}
