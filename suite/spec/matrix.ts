import { didYouMean, UNCHECKED } from '../schema/schema.js';
import { shown, shownJson } from '../schema/shown.js';
import { toolOf } from '../tools/registry.js';
import { contradictions, type TransportTestSpec } from './transport-tests.js';

/** A test with one combination of its matrix applied. */
export interface Variant {
  /**
   * The test without its matrix. Its `name` is unique in the run: the name of the test, with the suffix `-v<n>` if it
   * has a matrix.
   */
  readonly test: TransportTestSpec;
  /** Name of the test in the spec. */
  readonly base: string;
  /** The combination in words, such as `read-dram`; empty without a matrix. */
  readonly variant: string;
}

/** A problem of an axis. */
export interface MatrixProblem {
  readonly axis: string;
  readonly message: string;
}

/** Maximum number of combinations of a matrix. */
const MOST_VARIANTS = 1000;

/** Longest name of a variant, because pod names contain it with the run, the repetition, the attempt and the position. */
const LONGEST_NAME = 25;

/** Options that an axis must not change, because they control how often and why a test runs, and not its figure. */
const NOT_AN_AXIS: ReadonlySet<string> = new Set([
  'name',
  'tool',
  'matrix',
  'required',
  'onFailure',
  'repetitions',
  'warmupCells',
  'adaptive',
  'claimed',
]);

/** Maximum number of problems of one value that a message contains. */
const MAX_ISSUES = 3;

const ENV = 'env.';

/** One checked value of an axis: the options that it sets, and its label. */
interface Step {
  readonly options: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  readonly label: string;
}

/**
 * Expands a test into one variant for every combination of its matrix, in a stable order: the first axis in the spec changes
 * slowest.
 *
 * @throws {RangeError} for a matrix with `matrixProblems`
 */
export function variantsOf(test: TransportTestSpec): Variant[] {
  const checked = expand(test);
  // An earlier version can have accepted the test, by other limits.
  const { variants, problems } = checked.problems.length > 0 ? expand(test, UNCHECKED) : checked;
  if (problems[0]) throw new RangeError(`${test.name}: ${problems[0].axis}: ${problems[0].message}`);
  return variants;
}

/** Lists the problems of a test's matrix: unknown options, invalid values, contradicting combinations. */
export function matrixProblems(test: TransportTestSpec): readonly MatrixProblem[] {
  return expand(test).problems;
}

function expand(
  test: TransportTestSpec,
  parsing?: typeof UNCHECKED,
): { variants: Variant[]; problems: readonly MatrixProblem[] } {
  if (!test.matrix) return { variants: [{ test, base: test.name, variant: '' }], problems: [] };
  const problems: MatrixProblem[] = [];
  const axes = Object.entries(test.matrix).map(([axis, values]) =>
    values.flatMap((value) => stepOf(test, axis, value, (message) => problems.push({ axis, message }), parsing) ?? []),
  );
  const size = axes.reduce((product, steps) => product * steps.length, 1);
  if (size > MOST_VARIANTS) {
    problems.push({ axis: '', message: `has ${size} combinations; a matrix can have at most ${MOST_VARIANTS}` });
  }
  if (test.name.length + `-v${size}`.length > LONGEST_NAME) {
    const longest = LONGEST_NAME - `-v${size}`.length;
    problems.push({
      axis: '',
      message: `the name of a test with ${size} combinations can have at most ${longest} characters`,
    });
  }
  if (problems.length > 0) return { variants: [], problems };

  let combinations: Step[][] = [[]];
  for (const steps of axes) combinations = combinations.flatMap((chosen) => steps.map((step) => [...chosen, step]));
  const variants = combinations.map((steps, i) => variantOf(test, steps, i + 1));
  for (const { test: changed, variant } of variants) {
    for (const { path, message } of contradictions(changed)) {
      problems.push({ axis: '', message: `combination ${variant}: ${path} ${message}` });
    }
  }
  return { variants, problems };
}

function variantOf({ matrix: _, ...test }: TransportTestSpec, steps: readonly Step[], number: number): Variant {
  const changed = {
    ...test,
    ...Object.assign({}, ...steps.map(({ options }) => options)),
    env: Object.assign({}, test.env, ...steps.map(({ environment }) => environment)),
    name: `${test.name}-v${number}`,
  } as TransportTestSpec;
  return { test: changed, base: test.name, variant: steps.map(({ label }) => label).join('-') };
}

function stepOf(
  test: TransportTestSpec,
  axis: string,
  value: unknown,
  problem: (message: string) => void,
  parsing: typeof UNCHECKED | undefined,
): Step | undefined {
  // `env` and `options` are options whose values are objects; other objects set several options.
  const isOption =
    axis === 'env' ||
    axis.startsWith(ENV) ||
    toolOf(test).schema.shape[axis]?.safeParse(value, parsing).success === true;
  const settings = isSettings(value) && !isOption ? Object.entries(value) : ([[axis, value]] as const);
  const options: Record<string, unknown> = {};
  const environment: Record<string, unknown> = {};
  for (const [key, setting] of settings) {
    const name = key.startsWith(ENV) ? 'env' : key;
    if (name !== key && typeof setting !== 'string') {
      problem('expected texts, for example "1"; a Secret is the same for all combinations, so refer to it in env');
      return undefined;
    }
    const parsed = parseOption(
      test,
      name,
      name === key ? setting : { [key.slice(ENV.length)]: setting },
      problem,
      parsing,
    );
    if (!parsed) return undefined;
    if (name === 'env') Object.assign(environment, parsed.value);
    else options[name] = parsed.value;
  }
  return { options, environment, label: settings.map(([key, setting]) => labelOf(key, setting)).join('-') };
}

function parseOption(
  test: TransportTestSpec,
  option: string,
  value: unknown,
  problem: (message: string) => void,
  parsing: typeof UNCHECKED | undefined,
): { value: unknown } | undefined {
  const { shape } = toolOf(test).schema;
  const known = Object.keys(shape).filter((key) => !NOT_AN_AXIS.has(key));
  const schema = known.includes(option) ? shape[option] : undefined;
  if (!schema) {
    problem(`"${shown(option)}" is not an option that a matrix can change${didYouMean(option, known)}`);
    return undefined;
  }
  const parsed = schema.safeParse(value, parsing);
  if (parsed.success) return { value: parsed.data };
  const messages = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map(({ message }) => message)
    .join('; ');
  // The value of a variable may be a secret.
  problem(option === 'env' ? messages : `${shownJson(value)}: ${messages}`);
  return undefined;
}

function isSettings(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Builds the label of a value: `64mi`, `read`, `num-threads-4`. Adds the name of the option when the value alone is
 * unclear.
 */
function labelOf(option: string, value: unknown): string {
  const word = (text: string) =>
    text
      .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .toLowerCase();
  const name = word(option.replace(ENV, ''));
  if (Array.isArray(value)) return `${value.length}-${name}`;
  if (isSettings(value)) {
    if (Object.keys(value).length === 0) return `no-${name}`;
    return Object.entries(value)
      .map(([key, setting]) => labelOf(key, setting))
      .join('-');
  }
  const text = word(String(value));
  return typeof value === 'string' && /[A-Za-z]/.test(value) && text !== '' ? text : `${name}-${text}`;
}
