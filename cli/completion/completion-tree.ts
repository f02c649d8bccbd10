import type { Command, Option } from 'commander';

/** A command as far as a shell completes it. */
export interface CompletedCommand {
  /** Words that call it, without the program: `[]` for the program itself, `['baseline', 'accept']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What each of its arguments may be; empty where it is free. */
  readonly values: readonly (readonly string[])[];
  readonly commands: readonly CompletedCommand[];
}

export interface CompletedOption {
  /** `--format`, `-h` */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty where the value is free, such as the name of a file. */
  readonly values: readonly string[];
}

/** The tree of commands, options and values; every command of it has to be loaded. */
export function completionTree(command: Command, path: readonly string[] = []): CompletedCommand {
  return {
    path,
    description: command.description(),
    options: [...command.options.map(completedOption), HELP],
    values: command.registeredArguments.map(({ argChoices = [] }) => argChoices),
    commands: command.commands.map((child) => completionTree(child, [...path, child.name()])),
  };
}

/** A command and all below it. */
export function allCommands(command: CompletedCommand): CompletedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** The one option that commander keeps apart. */
const HELP: CompletedOption = { flags: ['--help'], description: 'display help', takesValue: false, values: [] };

function completedOption({ long, short, description, required, optional, argChoices = [] }: Option): CompletedOption {
  const flags = [long, short].filter((flag) => flag != null);
  return { flags, description, takesValue: required || optional, values: argChoices };
}
