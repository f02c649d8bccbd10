import { devicesOfFormer } from './network-devices.js';

/**
 * A key of the suite spec that had another name. A spec with the former name can still be read, with a warning. Recorded
 * parameters and cell keys keep their meaning across the change.
 */
interface RenamedKey {
  /** Path of the object that holds the key; `*` matches every item of a list. */
  readonly in: readonly string[];
  readonly former: string;
  readonly current: string;
  /** Converts the former value, if its form has changed as well. */
  readonly convert?: ((former: unknown) => unknown) | undefined;
}

type KeyRow = readonly [path: string, former: string, current: string, convert?: (former: unknown) => unknown];

const TEST: readonly KeyRow[] = [
  ['', 'environment', 'env'],
  ['', 'warmUpCells', 'warmupCells'],
  ['expect', 'minimum', 'minBandwidth'],
  ['expect', 'shareOfCeiling', 'minEfficiency'],
];

const DYNAMO: readonly KeyRow[] = [
  ['', 'kind', 'deployWith'],
  ['', 'environment', 'env'],
  ['transfer', 'baseline', 'predictFrom'],
  ['resources', 'efa', 'nics'],
];

const SUITE: readonly KeyRow[] = [
  ['', 'parkLimit', 'parkTimeout'],
  ['', 'attempts', 'maxAttempts'],
  ['', 'environment', 'env'],
  ['resources', 'efa', 'devices', devicesOfFormer],
  ['timeouts', 'infrastructure', 'retry'],
  ['timeouts', 'nodesBusy', 'nodeLock'],
  ['webhook', 'urlVariable', 'urlEnv'],
  ['regression', 'runs', 'baselineRuns'],
  ['regression', 'minimalDifference', 'threshold'],
];

const renamed = (under: string, keys: typeof TEST): RenamedKey[] =>
  keys.map(([path, former, current, convert]) => ({
    in: [under, path].filter(Boolean).flatMap((part) => part.split('.')),
    former,
    current,
    convert,
  }));

const OF_TEST = renamed('', TEST);
const OF_DYNAMO = renamed('', DYNAMO);
/** Every renamed key, with its path in the suite spec. */
export const RENAMED_KEYS: readonly RenamedKey[] = [
  ...renamed('', SUITE),
  ...renamed('tests.*', TEST),
  ...renamed('dynamo', DYNAMO),
];

/** A use of a former name in a spec. `path` is the path of the key in that spec. */
export interface FormerKey {
  readonly path: readonly (string | number)[];
  readonly current: string;
  /** True when the spec also has the current name. */
  readonly both: boolean;
}

/** Renames former keys of a spec, or of a part of one with the same top, and returns the former names that it used. */
export function withCurrentKeys<T>(spec: T): { readonly spec: T; readonly found: readonly FormerKey[] } {
  const found: FormerKey[] = [];
  const current = RENAMED_KEYS.reduce<unknown>(
    (value, key) => rename(value, key.in, key.former, key.current, [], found, key.convert),
    spec,
  );
  return { spec: withCurrentAxes(current, found) as T, found };
}

/** Renames former keys in the parameters of a transport test from a record of any version. */
export function currentTestKeys<T>(test: T): T {
  return OF_TEST.reduce<unknown>((value, key) => rename(value, key.in, key.former, key.current, [], []), test) as T;
}

/** Renames keys of a transport test to those of the first version, on which the hashes of cells are based. */
export function formerTestKeys(test: unknown): unknown {
  return OF_TEST.reduce((value, key) => rename(value, key.in, key.current, key.former, [], []), test);
}

/** Renames keys of the block `dynamo` to those of the first version, on which the hashes of cells are based. */
export function formerDynamoKeys(dynamo: unknown): unknown {
  return OF_DYNAMO.reduce((value, key) => rename(value, key.in, key.current, key.former, [], []), dynamo);
}

/** Renames one key and keeps the order of all keys. Returns a value of another shape unchanged. */
function rename(
  value: unknown,
  path: readonly string[],
  from: string,
  to: string,
  at: readonly (string | number)[],
  found: FormerKey[],
  convert: (former: unknown) => unknown = (former) => former,
): unknown {
  const [next, ...rest] = path;
  if (next === '*') {
    return Array.isArray(value)
      ? value.map((item, i) => rename(item, rest, from, to, [...at, i], found, convert))
      : value;
  }
  if (!isObject(value)) return value;
  if (next !== undefined) {
    if (!Object.hasOwn(value, next)) return value;
    return { ...value, [next]: rename(value[next], rest, from, to, [...at, next], found, convert) };
  }
  if (!Object.hasOwn(value, from)) return value;
  const both = Object.hasOwn(value, to);
  found.push({ path: [...at, from], current: to, both });
  if (both) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => (key === from ? [to, convert(item)] : [key, item])),
  );
}

/** Renames the axes of matrices. An axis is an option (`environment.NAME`) or contains several options. */
function withCurrentAxes(spec: unknown, found: FormerKey[]): unknown {
  if (!isObject(spec) || !Array.isArray(spec.tests)) return spec;
  const tests = spec.tests.map((test: unknown, index) => {
    if (!isObject(test) || !isObject(test.matrix)) return test;
    const at = ['tests', index, 'matrix'];
    const axes = Object.entries(test.matrix).map(([axis, values]) => [
      currentAxis(axis, at, found),
      Array.isArray(values) ? values.map((value, i) => withCurrentOptions(value, [...at, axis, i], found)) : values,
    ]);
    return { ...test, matrix: Object.fromEntries(axes) };
  });
  return { ...spec, tests };
}

function withCurrentOptions(value: unknown, at: readonly (string | number)[], found: FormerKey[]): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [currentAxis(key, at, found), item]));
}

function currentAxis(axis: string, at: readonly (string | number)[], found: FormerKey[]): string {
  const [option = '', ...rest] = axis.split('.');
  const match = OF_TEST.find(({ in: path, former }) => path.length === 0 && former === option);
  if (!match) return axis;
  const current = [match.current, ...rest].join('.');
  found.push({ path: [...at, axis], current, both: false });
  return current;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
