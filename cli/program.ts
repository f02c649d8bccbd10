import { Command, CommanderError } from 'commander';
import { SUITE_VERSION } from '../suite/run/version.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { EXIT, EXIT_CODES, exitCodeOfFailure } from './options/exit-code.js';
import { WrongUse } from './options/wrong-use.js';

/**
 * The command line. Each command is a file of its own, and only the one that is called is loaded: the clients of Temporal
 * and Kubernetes, the databases and the charts take longer to load than a person wants to wait for a list of commands.
 */
interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  validate: {
    summary: 'check a suite spec and show what it would run',
    load: async () => (await import('./commands/validate.js')).validateCommand(),
  },
  plan: {
    summary: 'show the cells of a suite in order, what they cost, and what would be refused',
    load: async () => (await import('./commands/plan.js')).planCommand(),
  },
  run: {
    summary: 'start a suite and follow it, with a live table and the remaining time',
    load: async () => (await import('./commands/run.js')).runCommand(),
  },
  watch: {
    summary: 'follow a suite run that goes on, or show how it ended',
    load: async () => (await import('./commands/watch.js')).watchCommand(),
  },
  resolve: {
    summary: 'decide about a parked test: retry, skip or abort',
    load: async () => (await import('./commands/resolve.js')).resolveCommand(),
  },
  skip: {
    summary: 'leave out a test that has not started',
    load: async () => (await import('./commands/skip.js')).skipCommand(),
  },
  pause: {
    summary: 'start no further cell and give the nodes back',
    load: async () => (await import('./commands/pause.js')).pauseCommand(),
  },
  resume: { summary: 'go on after a pause', load: async () => (await import('./commands/resume.js')).resumeCommand() },
  cancel: {
    summary: 'end a suite run; what is recorded stays',
    load: async () => (await import('./commands/cancel.js')).cancelCommand(),
  },
  doctor: {
    summary: 'check Temporal, the cluster, the permissions and the result store, and say what to do',
    load: async () => (await import('./commands/doctor.js')).doctorCommand(),
  },
  'reset-point': {
    summary: 'print the `temporal workflow reset` line that runs a failed test again, and nothing before it',
    load: async () => (await import('./commands/reset-point.js')).resetPointCommand(),
  },
  sweep: {
    summary: 'remove what suite runs left in the cluster that are closed or gone',
    load: async () => (await import('./commands/sweep.js')).sweepCommand(),
  },
  nightly: {
    summary: 'run a suite by a schedule, and create, change, pause or remove that schedule',
    load: async () => (await import('./commands/nightly.js')).nightlyCommand(),
  },
  runs: { summary: 'list recorded runs', load: async () => (await import('./commands/runs.js')).runsCommand() },
  report: {
    summary: 'print the report of a run, or write all its forms',
    load: async () => (await import('./commands/report.js')).reportCommand(),
  },
  compare: {
    summary: 'compare two runs, or a run with its baseline',
    load: async () => (await import('./commands/compare.js')).compareCommand(),
  },
  history: {
    summary: 'show a metric from run to run, and the first run of each change',
    load: async () => (await import('./commands/history.js')).historyCommand(),
  },
  baseline: {
    summary: 'accept, list and remove the runs that others are held against',
    load: async () => (await import('./commands/baseline.js')).baselineCommand(),
  },
  acknowledge: {
    summary: 'say that a change is known, so that it stops alarming',
    load: async () => (await import('./commands/acknowledge.js')).acknowledgeCommand(),
  },
  site: {
    summary: 'write a static site of all runs and histories',
    load: async () => (await import('./commands/site.js')).siteCommand(),
  },
  export: {
    summary: 'write everything that is recorded',
    load: async () => (await import('./commands/export.js')).exportCommand(),
  },
  import: {
    summary: 'add what an export holds',
    load: async () => (await import('./commands/import.js')).importCommand(),
  },
  prune: {
    summary: 'drop old runs, never a baseline',
    load: async () => (await import('./commands/prune.js')).pruneCommand(),
  },
  completion: {
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.js')).completionCommand(() => programOf(() => true)),
  },
  schema: { summary: 'print a JSON Schema', load: async () => (await import('./commands/schema.js')).schemaCommand() },
};

const HELP = `
A suite from start to report:
  dynamo-bench run suites/p5.json --workflow-id my-run
  dynamo-bench report my-run
Everything essential also works with the Temporal CLI and the Web UI alone:
  temporal workflow start --type benchmarkSuite --task-queue dynamo-bench --workflow-id my-run --input-file suites/p5.json
  temporal workflow query --workflow-id my-run --name progress
${EXIT_CODES}`;

/** Runs the command that the arguments name, and sets the exit code. */
export async function run(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    const called = argv[0] === 'help' ? argv[1] : argv[0];
    const program = await programOf((name) => name === called);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.pass : EXIT.wrongUse;
      return;
    }
    const { message, cause } = error as Error;
    if (error instanceof SuiteFailure || error instanceof WrongUse)
      console.error(`error: ${message}\n  → ${error.hint}`);
    else console.error(`error: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
    process.exitCode =
      error instanceof WrongUse
        ? EXIT.wrongUse
        : error instanceof SuiteFailure
          ? exitCodeOfFailure(error)
          : EXIT.infrastructure;
  }
}

/** The program with the commands that are wanted loaded; of the others it knows the name only. */
async function programOf(wanted: (name: string) => boolean): Promise<Command> {
  const program = new Command('dynamo-bench')
    .description('Durable benchmark suite for NVIDIA Dynamo’s network back ends on Kubernetes.')
    .version(SUITE_VERSION, '-V, --version', 'show the version')
    .addHelpText('after', HELP)
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = wanted(name) ? documented(await load()) : new Command(name).description(summary);
    inherit(command, program);
    program.addCommand(command);
  }
  return program;
}

/** Exit codes in the help of a command and of its own commands. */
function documented(command: Command): Command {
  for (const child of command.commands) documented(child);
  return command.addHelpText('after', EXIT_CODES);
}

function inherit(command: Command, from: Command): void {
  command.copyInheritedSettings(from);
  for (const child of command.commands) inherit(child, command);
}
