import { codeSpan, escapeMarkdown } from '../../suite/text/markdown.js';
import { withoutControls } from '../../suite/text/visible.js';

/** Texts from outside in the details of a suite run, which the Web UI shows as Markdown. */

/** Maximum number of characters of one text. */
const LONGEST = 500;

/** Escapes a text from outside, and cuts it after 500 characters. */
export function detailsText(text: string): string {
  return escapeMarkdown(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** Renders a command within a line. */
export function commandSpan(command: string): string {
  return codeSpan(escapeMarkdown(command));
}

/** Renders a command as a line of code. */
export function commandBlock(command: string): string {
  return `    ${withoutControls(command.replace(/\s/g, ' '))}`;
}
