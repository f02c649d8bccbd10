import { isPlainSecret, isSecretHeader, isSecretName } from './secret-name.js';
import {
  HEADER_CREDENTIALS,
  isCredential,
  PASSWORD_OPTION,
  PRIVATE_KEY,
  PRIVATE_KEY_END,
  SHAPES,
  USER_OPTION,
} from './secret-shapes.js';
import { replaceUrlCredentials } from './url-credentials.js';

export { isSecretName } from './secret-name.js';

/** Text in place of a secret. */
export const REDACTED = '<redacted>';

/** Matches an environment value that names a key of a Kubernetes Secret, as `secretReference` writes it. */
const REFERENCE = /^<secret [a-z0-9.-]{0,253}, key [\w.-]{1,253}>$/;

/** Formats the reference to a key of a Kubernetes Secret, for a record in place of the value. Redaction keeps it. */
export function secretReference({ name = '', key }: { readonly name?: string; readonly key: string }): string {
  return `<secret ${name}, key ${key}>`;
}

/** Values of switches, which are no secrets whatever their name is: `GIT_AUTH=on`. */
const SWITCH = /^(?:|\d|true|false|yes|no|on|off|none|enabled|disabled|default)$/i;

/** Returns whether a value is that of a switch, or empty. */
export function isSwitch(value: string): boolean {
  return SWITCH.test(value);
}

/** Returns whether a value is or contains a secret by its shape: a token, a private key, a URL with a password. */
export function isSecretValue(value: string): boolean {
  return redactText(value) !== value;
}

/**
 * Replaces the secrets in an environment, so that a record can contain it. Keeps the names of all variables, and values that
 * refer to a Secret.
 */
export function redactEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      if (REFERENCE.test(value)) return [name, value];
      return [name, isSecretName(name) && !isSwitch(value) ? REDACTED : redactText(value)];
    }),
  );
}

/**
 * Replaces the secrets in the arguments of a command: `--api-key X`, `--token=X`, `-H 'Authorization: …'`, `-u user:X`, and
 * what `redactText` finds in each of them.
 */
export function redactArguments(args: readonly string[]): string[] {
  return args.map((arg, at) => {
    const option = args[at - 1] ?? '';
    const isValue = /^--?[A-Za-z][\w.-]*$/.test(option) && isSecretName(option) && !/^--/.test(arg);
    const isUser = /^(?:-u|--user|--proxy-user)$/.test(option) && arg.includes(':');
    return isValue || isUser ? REDACTED : redactText(arg);
  });
}

/**
 * Replaces the secrets in a text of any size: known shapes, passwords of URLs, private keys, and values that a secret name
 * introduces (`NAME=value`, `"name": "value"`, `--name value`). A text without secrets stays as it is. Takes time linear in the
 * length of the text.
 */
export function redactText(text: string): string {
  // A private key goes first, because it has spaces that end other secrets.
  const withoutKeys = replaceUrlCredentials(redactPrivateKeys(text), REDACTED);
  const withoutShapes = withoutKeys
    .replace(HEADER_CREDENTIALS, (all, scheme: string, gap: string, word: string) =>
      isCredential(word) ? `${scheme}${gap}${REDACTED}` : all,
    )
    .replace(SHAPES, REDACTED)
    .replace(USER_OPTION, `$1${REDACTED}`)
    .replace(PASSWORD_OPTION, `$1${REDACTED}`);
  return redactAssignments(withoutShapes);
}

/** Most lines of a private key: one of 16,384 bits has 202. Further lines are those of a log that lacks the end of the key. */
const LONGEST_KEY_LINES = 250;

/**
 * Builds a filter for a text that arrives in whole lines: it replaces as `redactText` does, also the further lines of a
 * private key.
 *
 * @returns function that takes one or several lines
 */
export function lineFilter(): (lines: string) => string {
  let keyLines = 0;
  const filterLine = (line: string) => {
    if (line === '') return line;
    if (keyLines === 0) {
      keyLines = PRIVATE_KEY.test(line) && !PRIVATE_KEY_END.test(line) ? LONGEST_KEY_LINES : 0;
      return redactText(line);
    }
    keyLines = PRIVATE_KEY_END.test(line) ? 0 : keyLines - 1;
    return REDACTED;
  };
  return (lines) =>
    keyLines === 0 && !PRIVATE_KEY.test(lines) ? redactText(lines) : lines.split('\n').map(filterLine).join('\n');
}

/**
 * Replaces the secrets in every text of a value that becomes JSON, also in `{"name": "HF_TOKEN", "value": …}` as Kubernetes
 * writes variables. Keeps numbers, names and the form.
 */
export function redactJson<Value>(value: Value): Value {
  return redacted(value, false) as Value;
}

function redacted(value: unknown, isSecret: boolean): unknown {
  if (typeof value === 'string') {
    if (REFERENCE.test(value)) return value;
    return isSecret && !isSwitch(value) ? REDACTED : redactText(value);
  }
  if (isTexts(value) && !isSecret) return redactArguments(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, isSecret));
  if (typeof value !== 'object' || value === null) return value;
  const { name } = value as { name?: unknown };
  const isVariable = typeof name === 'string' && isSecretName(name);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      redacted(item, isSecretName(key) || (isVariable && key === 'value')),
    ]),
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function redactPrivateKeys(text: string): string {
  const parts: string[] = [];
  let rest = text;
  for (let begin = PRIVATE_KEY.exec(rest); begin; begin = PRIVATE_KEY.exec(rest)) {
    const after = rest.slice(begin.index + begin[0].length);
    const end = PRIVATE_KEY_END.exec(after);
    parts.push(rest.slice(0, begin.index), REDACTED);
    rest = end ? after.slice(end.index + end[0].length) : '';
  }
  return parts.length === 0 ? text : parts.join('') + rest;
}

/**
 * Matches a name with what follows it in front of a value, or an option with the space or the quotes of a list (`['--token', 'x']`)
 * behind it. It starts only where a name
 * starts, so that the search stays linear.
 */
const ASSIGNMENT =
  /(?<![\w.-])(?:([\w.-]+)\\{0,7}["']?[ \t]{0,40}(=>?|:=?|(?<=<[\w.-]{1,64})>)[ \t]{0,40}|(--[\w.-]+)(?:[ \t]{1,4}|\\{0,7}["'],[ \t]?(?=\\{0,7}["'])))/g;

/** Matches a quoted value, also one whose quotes are escaped; a value without an end ends with its line. */
const QUOTED = /(\\{0,7}["'])([^\n]*?)(?:(?<!\\)\1|(?=\n)|$)/y;
/**
 * Match what ends a value without quotes: of a variable at the beginning of a line (as `env` prints it), of another assignment,
 * and of a header. A pattern for the value itself can exceed the stack of the regular expression engine when the value has
 * megabytes.
 */
const END_OF_LINE_WORD = /\s/g;
const END_OF_WORD = /[\s"'`&\\]/g;
const END_OF_HEADER = /[\n"'`]/g;
const ELEMENT = /[^<\n]{1,4096}(?=<\/)/y;

/** Matches the name of a variable in front of `value`: `{"name": "HF_TOKEN", "value": …}`, also in YAML. */
const NAME_BEFORE =
  /(?<![\w.-])name\\{0,7}["']?[ \t]{0,4}[:=][ \t]{0,4}\\{0,7}["']?([\w.-]{1,253})\\{0,7}["']?,?\s{0,40}\\{0,7}["']?$/;
const LONGEST_BEFORE = 400;

/** Matches values that are no secrets: placeholders, references to variables, words of settings. */
const NO_SECRET = /^(?:<.*|\$.*|\.{3}.*|….*|\*+|null|none|None|true|false|True|False|undefined|\/dev\/\w+|[=:].*|)$/;

function redactAssignments(text: string): string {
  const parts: string[] = [];
  let done = 0;
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match; match = ASSIGNMENT.exec(text)) {
    const [, word = match[3] ?? '', mark = ''] = match;
    const variable = word === 'value' ? variableBefore(text, match.index) : undefined;
    const [name, sign] = variable === undefined ? [word, mark] : [variable, '='];
    if (!isSecretName(name) && !isSecretHeader(name)) continue;
    const isLine = mark === '=' && LINE_START.test(text.slice(Math.max(0, match.index - 12), match.index));
    const found = valueAt(text, ASSIGNMENT.lastIndex, name, isLine ? 'line' : sign);
    if (!found) continue;
    parts.push(text.slice(done, found.start), REDACTED);
    done = found.end;
    ASSIGNMENT.lastIndex = done;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(done);
}

/** Matches the text between a line break and the name of a variable. */
const LINE_START = /(?:^|\n)(?:export |declare -x )?$/;

function variableBefore(text: string, at: number): string | undefined {
  return NAME_BEFORE.exec(text.slice(Math.max(0, at - LONGEST_BEFORE), at))?.[1];
}

/** @param sign `line` for a variable at the beginning of a line, `=`, `=>`, `:=`, `:`, `>` behind the name of an XML element, or nothing between an option and its value */
function valueAt(text: string, at: number, name: string, sign: string): { start: number; end: number } | undefined {
  QUOTED.lastIndex = at;
  const [, quote = '', quoted] = QUOTED.exec(text) ?? [];
  if (quoted !== undefined) {
    const start = at + quote.length;
    const isOption = sign === '' && quoted.startsWith('-');
    return quoted === '' || isOption || isPlaceholder(quoted) ? undefined : { start, end: start + quoted.length };
  }
  const isAssigned = sign === 'line' || sign.includes('=');
  // `--verbose --token` and lists in YAML: the next word is not the value.
  if (!isAssigned && text[at] === '-') return undefined;
  const value = bareValueAt(text, at, name, sign);
  if (value === '' || isPlaceholder(value)) return undefined;
  if (sign === ':' && !isColonSecret(name, value, text.slice(at + value.length, at + value.length + 2)))
    return undefined;
  // The help of a program: `--api-key KEY`.
  if (sign === '' && /^[A-Z_]{1,32}$/.test(value)) return undefined;
  return { start: at, end: at + value.length };
}

/** Returns the value without quotes at a place of the text; empty when there is none. */
function bareValueAt(text: string, at: number, name: string, sign: string): string {
  if (sign === '>') {
    ELEMENT.lastIndex = at;
    return ELEMENT.exec(text)?.[0] ?? '';
  }
  const isHeader = sign === ':' && isSecretHeader(name);
  const end = isHeader ? END_OF_HEADER : sign === 'line' ? END_OF_LINE_WORD : END_OF_WORD;
  end.lastIndex = at;
  return text.slice(at, end.exec(text)?.index);
}

/** Longest value of a secret name, in characters, that can be a word or a number of a sentence. */
const LONGEST_WORD = 256;

/** Returns whether `name: value` without quotes is a secret, and not a sentence (`Unexpected token: x`) or a count. */
function isColonSecret(name: string, value: string, next: string): boolean {
  if (isSecretHeader(name)) return true;
  // Also keeps the search linear: a value that is not secret is read again from each further name in it.
  if (value.length > LONGEST_WORD) return true;
  if (/^[a-z]+$/i.test(value) && /^ [a-z]/i.test(next)) return false;
  if (/^\d+(?:\.\d+)?[,;)\]}]*$/.test(value)) return false;
  return isPlainSecret(name) || (value.length >= 16 && /\d/.test(value));
}

function isPlaceholder(value: string): boolean {
  if (value.length >= 64) return false;
  const word = value.replace(/^(?:Bearer|Basic) +/i, '');
  return NO_SECRET.test(word.replace(/[,;)\]}]+$/, '')) || (word !== value && /^[A-Z_]+$/.test(word));
}
