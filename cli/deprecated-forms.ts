/** A former way to call a command. It still works and prints a warning; help and completion do not show it. */
interface DeprecatedForm {
  readonly command: string;
  /** The form applies only when this option is given. */
  readonly option?: string;
  /** The form does not apply when one of these words follows the command, because that is the current form. */
  readonly verbs?: readonly string[];
  /** Words that replace the command. */
  readonly now: readonly string[];
  /** Name that replaces the option; by default the option is dropped. */
  readonly nowOption?: string;
  /** Option whose value replaces the first argument. */
  readonly argumentFrom?: string;
  /** Option with a value that had no effect and is dropped. */
  readonly ignored?: string;
}

const ACTION = { command: 'nightly', argumentFrom: '--id', ignored: '--task-queue' } as const;
const ACKNOWLEDGE = { command: 'acknowledge', verbs: ['add', 'list', 'remove', 'help'] } as const;
const THRESHOLD = { option: '--minimal-difference', nowOption: '--threshold' } as const;

/** All deprecated forms. The first one that applies is used. */
const FORMS: readonly DeprecatedForm[] = [
  { ...ACTION, option: '--now', now: ['schedule', 'trigger'] },
  { ...ACTION, option: '--pause', now: ['schedule', 'pause'], nowOption: '--reason' },
  { ...ACTION, option: '--resume', now: ['schedule', 'resume'] },
  { ...ACTION, option: '--remove', now: ['schedule', 'delete'] },
  { command: 'nightly', now: ['schedule', 'set'] },
  { ...ACKNOWLEDGE, option: '--list', now: ['acknowledge', 'list'] },
  { ...ACKNOWLEDGE, option: '--remove', now: ['acknowledge', 'remove'] },
  { ...ACKNOWLEDGE, option: '--reason', now: ['acknowledge', 'add'], nowOption: '--reason' },
  { command: 'sweep', now: ['cleanup'] },
  { command: 'reset-point', now: ['reset'] },
  { command: 'watch', option: '--once', now: ['status'] },
  { ...THRESHOLD, command: 'compare', now: ['compare'] },
  { ...THRESHOLD, command: 'history', now: ['history'] },
];

/** A deprecated form and the current one, as typed on the command line. */
export interface Deprecation {
  readonly former: string;
  readonly current: string;
}

/** Every deprecated form, for the reference. */
export const DEPRECATIONS: readonly Deprecation[] = FORMS.map(deprecationOf);

/**
 * Translates a command line to its current form.
 *
 * @param argv words after the program's name
 * @returns the words to parse, and the deprecation to warn of when they had a former form
 */
export function currentForm(argv: readonly string[]): { argv: readonly string[]; deprecation?: Deprecation } {
  const help = argv[0] === 'help' ? ['help'] : [];
  const [command, ...words] = argv.slice(help.length);
  const form = FORMS.find((candidate) => applies(candidate, command, words));
  if (!form) return { argv };
  return { argv: [...help, ...form.now, ...currentWords(form, words)], deprecation: deprecationOf(form) };
}

function applies(
  { command, option, verbs = [] }: DeprecatedForm,
  called: string | undefined,
  words: string[],
): boolean {
  if (called !== command || verbs.includes(words[0] ?? '')) return false;
  return option === undefined || words.some((word) => isOption(word, option));
}

function currentWords(
  { option, nowOption, argumentFrom, ignored }: DeprecatedForm,
  words: readonly string[],
): string[] {
  const renamed = words.flatMap((word) => {
    if (option === undefined || !isOption(word, option)) return [word];
    return nowOption === undefined ? [] : [nowOption + word.slice(option.length)];
  });
  const rest = ignored === undefined ? renamed : takeValue(renamed, ignored).rest;
  if (argumentFrom === undefined) return rest;
  const { value, rest: others } = takeValue(rest, argumentFrom);
  if (value === undefined) return rest;
  const place = others.findIndex((word) => word === '-' || !word.startsWith('-'));
  return others.with(place, value);
}

function isOption(word: string, option: string): boolean {
  return word === option || word.startsWith(`${option}=`);
}

/** Takes `--option value` or `--option=value` out of the words. */
function takeValue(words: readonly string[], option: string): { value?: string | undefined; rest: string[] } {
  const place = words.findIndex((word) => isOption(word, option));
  const word = words[place];
  if (word === undefined) return { rest: [...words] };
  const inline = word.length > option.length;
  return {
    value: inline ? word.slice(option.length + 1) : words[place + 1],
    rest: words.toSpliced(place, inline ? 1 : 2),
  };
}

function deprecationOf({ command, option, now, nowOption }: DeprecatedForm): Deprecation {
  const typed = (...words: readonly (string | undefined)[]) => ['dynamo-bench', ...words].filter(Boolean).join(' ');
  return { former: typed(command, option), current: typed(...now, nowOption) };
}
