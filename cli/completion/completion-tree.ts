import type { Command, Option } from 'commander';

/** Words with which a shell completes a command. */
export interface CompletedCommand {
  /** Words that call the command: `[]` for the program itself, `['baseline', 'accept']` for a subcommand. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Allowed values of each argument; empty where any value is allowed. */
  readonly values: readonly (readonly string[])[];
  readonly commands: readonly CompletedCommand[];
}

export interface CompletedOption {
  /** `--format`, `-h` */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Allowed values; empty where any value is allowed, such as the name of a file. */
  readonly values: readonly string[];
}

/**
 * Builds the tree of commands, options and values.
 *
 * @param command with all its subcommands loaded
 */
export function completionTree(command: Command, path: readonly string[] = []): CompletedCommand {
  return {
    path,
    description: command.summary() || command.description(),
    options: [...command.options.map(completedOption), HELP],
    values: command.registeredArguments.map(({ argChoices = [] }) => argChoices),
    commands: command.commands.map((child) => completionTree(child, [...path, child.name()])),
  };
}

/** Returns a command and all its subcommands. */
export function allCommands(command: CompletedCommand): CompletedCommand[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

/** Commander's `--help`, which `command.options` does not contain. */
const HELP: CompletedOption = { flags: ['--help'], description: 'show help', takesValue: false, values: [] };

function completedOption({ long, short, description, required, optional, argChoices = [] }: Option): CompletedOption {
  const flags = [long, short].filter((flag) => flag != null);
  return { flags, description, takesValue: required || optional, values: argChoices };
}
