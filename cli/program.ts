import { Command, CommanderError } from 'commander';
import { SUITE_VERSION } from '../suite/run/version.js';
import { visible } from '../suite/text/visible.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { COMMAND_GROUPS } from './command-list.js';
import { currentForm } from './deprecated-forms.js';
import { EXIT, EXIT_CODES, exitCodeOfFailure } from './options/exit-code.js';
import { WrongUse } from './options/wrong-use.js';
import { addHelp } from './output/help-text.js';
import { complain } from './output/say.js';

const EXIT_CODES_LINE = `\nExit codes: ${EXIT_CODES.map(([code, meaning]) => `${code} ${meaning}`).join(', ')}.`;

/** Runs the command that the arguments name, and sets the exit code. */
export async function run(words: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    const { argv, deprecation } = currentForm(words);
    if (deprecation) {
      const { former, current } = deprecation;
      complain(`warning: \`${former}\` is deprecated; use \`${current}\``);
    }
    const called = argv[0] === 'help' ? argv[1] : argv[0];
    const program = await buildProgram((name) => name === called);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error);
  }
}

/** Loads every command, for completion scripts and the reference. */
export function loadProgram(): Promise<Command> {
  return buildProgram(() => true);
}

/** Prints an error, unless commander has printed it, and returns the exit code. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.wrongUse;
  if (error instanceof SuiteFailure || error instanceof WrongUse) {
    complain(`error: ${error.message}\n  → ${error.hint}`);
    return error instanceof WrongUse ? EXIT.wrongUse : exitCodeOfFailure(error);
  }
  const { message, cause } = error as Error;
  complain(`error: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
  return EXIT.infrastructure;
}

/** Builds the program. Loads only the wanted commands; the others have only a name and a summary. */
async function buildProgram(wanted: (name: string) => boolean): Promise<Command> {
  const program = new Command('dynamo-bench')
    .description('Durable benchmark suite for the network back ends of NVIDIA Dynamo on Kubernetes.')
    .usage('<command> [options]')
    .version(SUITE_VERSION, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError()
    .configureOutput({ writeErr: (text) => process.stderr.write(visible(text)) })
    .showHelpAfterError('(--help lists commands and options)')
    .exitOverride();
  for (const [group, commands] of Object.entries(COMMAND_GROUPS)) {
    for (const [name, { summary, load }] of Object.entries(commands)) {
      const command = wanted(name) ? await load(loadProgram) : new Command(name);
      addExitCodes(command);
      program.addCommand(command.summary(summary).helpGroup(`${group}:`));
      inheritSettings(command, program);
    }
  }
  // Sets the group of commander's `help` command.
  program.commandsGroup('Set-up:');
  addHelp(program, {
    examples: [
      ['Run a suite and follow it', 'dynamo-bench run suites/p5.json --workflow-id my-run'],
      ['Print the report of the run', 'dynamo-bench report my-run'],
      [
        'Start the same suite with the Temporal CLI instead',
        'temporal workflow start --type benchmarkSuite --task-queue dynamo-bench --workflow-id my-run --input-file suites/p5.json',
      ],
      ['Show its progress with the Temporal CLI', 'temporal workflow query --workflow-id my-run --name progress'],
    ],
    notes: '`dynamo-bench <command> --help` shows the options and examples of a command.',
  });
  return program.addHelpText('after', EXIT_CODES_LINE);
}

/** Adds the exit codes to the help of a command and of its subcommands. */
function addExitCodes(command: Command): void {
  for (const child of command.commands) addExitCodes(child);
  command.addHelpText('after', EXIT_CODES_LINE);
}

function inheritSettings(command: Command, from: Command): void {
  command.copyInheritedSettings(from);
  for (const child of command.commands) inheritSettings(child, command);
}
