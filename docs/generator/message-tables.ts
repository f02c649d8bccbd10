import type { Message } from '../../suite/tools/common/messages.js';
import { TOOLS } from '../../suite/tools/registry.js';
import { FAILURES } from '../../suite/verdict/failure.js';
import { code, heading, sentence, table } from './markdown.js';

/** Writes one table for each tool, with the messages that the suite knows, their class and their remedy. */
export function messageTables(): string {
  return TOOLS.map(({ name, messages }) => {
    const rows = messages.map((message) => [
      textOf(message),
      code(message.class),
      message.depth ?? 'cause',
      sentence(message.hint ?? FAILURES[message.class].hint),
    ]);
    return [heading(2, name), table(['Message', 'Class', 'Depth', 'Remedy'], unique(rows))].join('\n\n');
  }).join('\n\n');
}

/** Formats the text of a message. A pattern is shown between slashes. */
function textOf({ text }: Message): string {
  return code(typeof text === 'string' ? text.trim() : `/${text.source}/${text.flags}`);
}

function unique(rows: readonly string[][]): string[][] {
  return [...new Map(rows.map((row) => [row.join('\n'), row])).values()];
}
