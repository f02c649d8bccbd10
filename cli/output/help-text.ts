import type { Command } from 'commander';

/** Purpose of a command line in a few words, and the command line. */
type Example = readonly [purpose: string, line: string];

/** Text that the help of a command shows below its options. */
interface HelpText {
  readonly examples: readonly Example[];
  /** Sentences about exit codes and side effects that are not obvious. */
  readonly notes?: string;
}

const TEXTS = new WeakMap<Command, HelpText>();

/** Adds examples and notes to the help of a command. */
export function addHelp(command: Command, text: HelpText): Command {
  TEXTS.set(command, text);
  const { examples, notes } = text;
  return command.addHelpText('after', `\nExamples:\n${exampleLines(examples, '  ')}${notes ? `\n\n${notes}` : ''}`);
}

/** Returns the examples and notes of a command; none for a command that only groups others. */
export function helpTextOf(command: Command): HelpText {
  return TEXTS.get(command) ?? { examples: [] };
}

/** Formats each example as a shell comment with its purpose and the command line. */
export function exampleLines(examples: readonly Example[], indent = ''): string {
  return examples.map(([purpose, line]) => `${indent}# ${purpose}\n${indent}${line}`).join('\n');
}
