import type { SpecProblem } from '../spec/spec-problems.js';

/**
 * Limits of a spec as written, which are checked before anything else: what follows takes time and memory by the number of its
 * values, and a workflow that runs out of either is retried for ever.
 */

/** Maximum number of lists and objects around a value. */
const MAX_DEPTH = 24;
/** Maximum number of items in a list, and of keys in an object. As many tests as a suite can have cells. */
const MAX_ITEMS = 2000;
/** Maximum number of values in the whole spec. */
const MAX_VALUES = 100_000;
/** Maximum length of a text and of a key, in UTF-16 code units. */
const MAX_TEXT = 65_536;
const MAX_KEY = 512;
/** Maximum number of combinations in the matrices of all tests. A single matrix and the cells have lower limits. */
const MAX_COMBINATIONS = 4000;

interface Place {
  readonly value: unknown;
  readonly depth: number;
  /** Path of the value, at most as long as the keys of its parents. */
  readonly path: string;
}

/** Finds the first limit that a spec as written exceeds. Stops there, so that it takes time linear in the limits. */
export function tooMuchInput(input: unknown): SpecProblem | undefined {
  const open: Place[] = [{ value: input, depth: 0, path: '' }];
  let values = 0;
  for (let place = open.pop(); place; place = open.pop()) {
    const { value, depth, path } = place;
    const problem = (message: string) => ({ path: path === '' ? 'spec' : path, message });
    values += 1;
    if (values > MAX_VALUES) return { path: 'spec', message: `has more than ${MAX_VALUES} values; split the suite` };
    if (typeof value === 'string' && value.length > MAX_TEXT) {
      return problem(`has ${value.length} characters; a text can have at most ${MAX_TEXT}`);
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) return problem(`is nested deeper than ${MAX_DEPTH} lists and objects`);
    const keys = Array.isArray(value) ? value.length : Object.keys(value).length;
    if (keys > MAX_ITEMS) {
      const what = Array.isArray(value) ? 'items' : 'keys';
      return problem(`has ${keys} ${what}; at most ${MAX_ITEMS} are allowed, so split the suite`);
    }
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) open.push({ value: item, depth: depth + 1, path: `${path}[${at}]` });
      continue;
    }
    for (const [key, item] of Object.entries(value)) {
      // Some checks and copies would lose it without a message.
      if (key === '__proto__') return problem('has the key "__proto__", which no field can have; remove it');
      if (key.length > MAX_KEY) return problem(`has a key of ${key.length} characters; at most ${MAX_KEY} are allowed`);
      open.push({ value: item, depth: depth + 1, path: path === '' ? key : `${path}.${key}` });
    }
  }
  return tooManyCombinations(input);
}

function tooManyCombinations(input: unknown): SpecProblem | undefined {
  const { tests } = (input ?? {}) as { readonly tests?: unknown };
  let combinations = 0;
  for (const test of Array.isArray(tests) ? tests : []) {
    const { matrix } = (test ?? {}) as { readonly matrix?: unknown };
    const axes = typeof matrix === 'object' && matrix !== null ? Object.values(matrix) : [];
    combinations += axes.reduce<number>((product, axis) => product * (Array.isArray(axis) ? axis.length : 1), 1);
  }
  if (combinations <= MAX_COMBINATIONS) return undefined;
  return {
    path: 'tests',
    message: `have ${combinations} combinations of their matrices; at most ${MAX_COMBINATIONS} are allowed, so split the suite`,
  };
}
