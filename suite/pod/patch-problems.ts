import { didYouMean } from '../schema/schema.js';
import { shown, shownJson } from '../schema/shown.js';
import { type FieldType, fieldsOfType, fieldType, itemType, POD } from './field-type.js';
import { DIRECTIVE, DIRECTIVES, isObject } from './patch.js';

/** A problem of a patch, with the path of the value below the patch. */
export interface PatchProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Limit of problems of one patch; further ones are not searched for. */
const MAX_PROBLEMS = 100;

/** Merge keys that several items of a pod can share: one port for TCP and UDP. */
const SEVERAL: ReadonlySet<string> = new Set(['containerPort', 'topologyKey']);

const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** What a single value must be: a check and its text for messages. */
const SCALARS: Readonly<Record<string, readonly [expected: string, isValid: (value: unknown) => boolean]>> = {
  string: ['a text', isText],
  boolean: ['true or false', (value) => typeof value === 'boolean'],
  integer: ['an integer', Number.isSafeInteger],
  number: ['a number', Number.isFinite],
  quantity: [
    'a quantity, for example "8Gi"',
    (value) => (isText(value) ? QUANTITY.test(value) : Number.isFinite(value)),
  ],
  'int-or-string': ['an integer or a text', (value) => isText(value) || Number.isSafeInteger(value)],
  time: ['a time', isText],
};

/**
 * Finds fields that a Pod does not have, values of another type, missing fields of what the patch adds, and directives that a
 * strategic merge does not have.
 *
 * @param merged name of the container of the suite, whose fields the patch completes
 */
export function patchProblems(patch: unknown, merged: string): PatchProblem[] {
  const problems: PatchProblem[] = [];
  const visit: Visit = (value, type, path, isNew) => {
    if (problems.length >= MAX_PROBLEMS) return;
    const problem = (message: string) => problems.push({ path, message });
    if (type.shape === 'list') visitList(value, type, path, isNew, problem, visit, merged);
    else if (type.shape === 'map') visitMap(value, type, path, isNew, problem, visit);
    else visitValue(value, type, path, isNew, problem, visit);
  };
  visit(patch, POD, [], false);
  return problems;
}

/** @param isNew whether the value is part of something that the suite's pod does not have, so that it must be complete */
type Visit = (value: unknown, type: FieldType, path: readonly (string | number)[], isNew: boolean) => void;
type Report = (message: string) => void;
type Path = readonly (string | number)[];

function visitList(
  value: unknown,
  type: FieldType,
  path: Path,
  isNew: boolean,
  problem: Report,
  visit: Visit,
  merged: string,
): void {
  if (!Array.isArray(value)) return void problem(`expected a list, found ${found(value)}`);
  const { mergeKey } = type;
  const seen = new Map<unknown, number>();
  for (const [at, item] of value.entries()) {
    const place = [...path, at];
    if (mergeKey === undefined || !isObject(item)) {
      visit(item, itemType(type), place, true);
      continue;
    }
    const key = item[mergeKey];
    if (key === undefined && item[DIRECTIVE] !== 'replace') {
      visit({ ...item, [mergeKey]: '' }, itemType(type), place, false);
      problem(`item ${at} has no ${mergeKey}, by which a patch finds the item that it changes; add ${mergeKey}`);
      continue;
    }
    const before = seen.get(key);
    if (before !== undefined && !SEVERAL.has(mergeKey) && !Object.hasOwn(item, DIRECTIVE)) {
      problem(`items ${before} and ${at} have the same ${mergeKey}, ${shownJson(key)}; merge them`);
    }
    seen.set(key, at);
    const isOfSuite = path.length === 2 && path[1] === 'containers' && key === merged;
    visit(item, itemType(type), place, isNew || !(isOfSuite || Object.hasOwn(item, DIRECTIVE)));
  }
}

function visitMap(value: unknown, type: FieldType, path: Path, isNew: boolean, problem: Report, visit: Visit): void {
  if (!isObject(value)) return void problem(`expected an object, found ${found(value)}`);
  checkDirectives(value, problem);
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('$') || item === null) continue;
    visit(item, itemType(type), [...path, key], isNew);
  }
}

function visitValue(value: unknown, type: FieldType, path: Path, isNew: boolean, problem: Report, visit: Visit): void {
  const fields = fieldsOfType(type.name);
  if (!fields) {
    const [expected, isValid] = SCALARS[type.name] ?? ['a value', () => true];
    if (!isValid(value)) problem(`expected ${expected}, found ${found(value)}`);
    return;
  }
  if (!isObject(value)) return void problem(`expected an object, found ${found(value)}`);
  checkDirectives(value, problem);
  for (const [field, item] of Object.entries(value)) {
    if (field.startsWith('$')) continue;
    const typeOfField = fieldType(type.name, field);
    if (!typeOfField) problem(`unknown key "${shown(field)}"${didYouMean(field, Object.keys(fields))}`);
    else if (item !== null) visit(item, typeOfField, [...path, field], isNew);
  }
  if (!isNew || Object.hasOwn(value, DIRECTIVE)) return;
  for (const field of Object.keys(fields)) {
    if (!fieldType(type.name, field)?.isRequired || (value[field] ?? null) !== null) continue;
    problem(`${field} is missing; add it`);
  }
}

function checkDirectives(value: Readonly<Record<string, unknown>>, problem: Report): void {
  for (const key of Object.keys(value)) {
    if (!key.startsWith('$')) continue;
    if (key !== DIRECTIVE) {
      problem(`"${shown(key)}" is a directive that kubectl computes; remove it, and use "${DIRECTIVE}" if needed`);
    } else if (!DIRECTIVES.some((known) => known === value[key])) {
      problem(`${DIRECTIVE} is ${shownJson(value[key])}; use one of ${DIRECTIVES.join(', ')}`);
    }
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function found(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : shownJson(value);
}
