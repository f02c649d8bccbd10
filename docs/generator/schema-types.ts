import GithubSlugger from 'github-slugger';
import { code } from './markdown.js';

/** The part of JSON Schema that zod uses for the suite spec. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

/** Pattern of names that are safe in Kubernetes and in files. */
const SLUG = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Titles of quantities with a unit, which link to the section that describes their notation. */
const QUANTITIES: ReadonlySet<string> = new Set(['size', 'duration', 'rate']);

/** Writes the type of a key. Objects with known keys link to the section of their path. */
export function typeText(schema: JsonSchema, path: string): string {
  if (schema.title !== undefined && QUANTITIES.has(schema.title)) return `[${schema.title}](#units)`;
  if (schema.title === 'reference to a Secret') return `[${schema.title}](security.md#secrets-in-suite-specs)`;
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  const either = schema.anyOf ?? (schema.oneOf && !isObject(schema) ? schema.oneOf : undefined);
  if (either) return either.map((option) => typeText(option, path)).join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeText({ type }, path)).join(' or ');
  if (isObject(schema)) return `[object](#${anchorOf(path)})`;
  switch (schema.type) {
    case 'array':
      return listText(schema, path);
    case 'object':
      return `map of text to ${typeText(valuesOf(schema), path)}`;
    case 'boolean':
      return '`true` or `false`';
    case 'integer':
    case 'number':
      return [schema.type, range(schema)].filter(Boolean).join(', ');
    case 'string':
      return stringText(schema);
    case 'null':
      return '`null`';
    default:
      return 'any value';
  }
}

/** Returns the anchor of a heading that contains a path as code. */
function anchorOf(path: string): string {
  return new GithubSlugger().slug(path);
}

function isObject({ properties, oneOf = [] }: JsonSchema): boolean {
  return properties !== undefined || oneOf.some((variant) => variant.properties !== undefined);
}

function valuesOf({ additionalProperties }: JsonSchema): JsonSchema {
  return typeof additionalProperties === 'object' ? additionalProperties : {};
}

function listText({ items = {}, minItems, maxItems }: JsonSchema, path: string): string {
  const of = isObject(items) ? `[objects](#${anchorOf(`${path}[]`)})` : typeText(items, path);
  if (minItems !== undefined && minItems === maxItems) return `list of ${minItems}: ${of}`;
  return maxItems === undefined ? `list of ${of}` : `list of ${of}, at most ${maxItems}`;
}

function stringText({ pattern = '', maxLength }: JsonSchema): string {
  if (pattern !== SLUG) return 'text';
  return `name of \`a-z\`, \`0-9\`, \`-\`, at most ${maxLength} characters`;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const bounded = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const [least, most] = [bounded(minimum), bounded(maximum)];
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return [
    least === undefined ? '' : `at least ${least}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    most === undefined ? '' : `at most ${most}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ]
    .filter(Boolean)
    .join(', ');
}
