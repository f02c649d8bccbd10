import { withoutControls } from './visible.js';

/** Text from outside in Markdown documents (GitHub Flavored Markdown, and the Web UI of Temporal). */

/** Invisible character that keeps `@` from a mention or an address. */
const WORD_JOINER = '\u2060';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Escapes a text so that Markdown shows its characters and nothing else: no HTML, link, image, autolink, mention, emphasis,
 * code, formula, column of a table, heading, list or further line.
 */
export function escapeMarkdown(text: string): string {
  return withoutControls(text.replace(/[\r\n\t\u2028\u2029]+/g, ' '))
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? '')
    .replace(/[\\`*[\]~|$]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replaceAll('://', '\\://')
    .replace(/(www)\./gi, '$1\\.')
    .replaceAll('@', `@${WORD_JOINER}`)
    .replace(/^(\s*)([-+#=])/, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

/** Returns the text from which `escapeMarkdown` made this one. Line breaks are blanks. */
export function unescapeMarkdown(escaped: string): string {
  return escaped
    .replaceAll(`@${WORD_JOINER}`, '@')
    .replace(/\\([\\`*[\]~|$_:.#=+)-])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/**
 * Renders an escaped text as a code span. The fence is longer than any run of backticks inside, and blanks keep backticks
 * apart from it. Not for tables, which divide at a `|` in code.
 */
export function codeSpan(escaped: string): string {
  const text = unescapeMarkdown(escaped);
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const room = text === '' || /^[` ]|[` ]$/.test(text) ? ' ' : '';
  return `${fence}${room}${text}${room}${fence}`;
}
