import assert from 'node:assert/strict';
import type { Command } from 'commander';
import { loadProgram } from '../../cli/program.js';
import { commandLineReference } from '../../cli/reference.js';
import { dynamoBench, startDynamoBench } from '../support/command-line.js';
import { inProcess } from '../support/in-process.js';
import { matchesSnapshot } from '../support/snapshot.js';

/** Words that call each command of the program, the program itself first. */
function paths(command: Command, path: readonly string[] = []): (readonly string[])[] {
  return [path, ...command.commands.flatMap((child) => paths(child, [...path, child.name()]))];
}

describe('dynamo-bench --help', () => {
  it('teaches every command: groups, arguments, options, examples and exit codes', async () => {
    const texts: string[] = [];
    for (const path of paths(await loadProgram())) {
      const { exitCode, stdout } = await inProcess([...path, '--help']);
      const name = ['dynamo-bench', ...path].join(' ');
      assert.equal(exitCode, 0, name);
      assert.match(stdout, /\nExamples:\n {2}# .*\n {2}\S/, name);
      assert.match(stdout, /\nExit codes: 0 /, name);
      texts.push(`$ ${name} --help\n${stdout}\n`);
    }
    matchesSnapshot('command-line-help.txt', texts.join('\n'));
  });

  it('offers --json wherever the output is neither a script nor JSON anyway', async () => {
    const without = paths(await loadProgram()).filter(([first]) => first !== undefined);
    const program = await loadProgram();
    const names = without.filter((path) => {
      const command = path.reduce(
        (from, name) => from.commands.find((child) => child.name() === name) ?? from,
        program,
      );
      return command.commands.length === 0 && !command.options.some(({ long }) => long === '--json');
    });
    assert.deepEqual(names.flat().sort(), ['completion', 'export', 'schema']);
  });

  it('is the same without what a command loads, and shows no deprecated form', async () => {
    const { stdout } = await dynamoBench(['--help']);
    const own = await inProcess(['--help']);
    assert.equal(stdout, own.stdout);
    for (const former of ['nightly', 'sweep', 'reset-point'])
      assert.doesNotMatch(stdout, new RegExp(`^ {2}${former}\\b`, 'm'));
  });

  it('accepts a deprecated form, with one warning that names the current one', async () => {
    for (const [args, former, current] of [
      [['sweep', '--help'], 'dynamo-bench sweep', 'dynamo-bench cleanup'],
      [['help', 'reset-point'], 'dynamo-bench reset-point', 'dynamo-bench reset'],
    ] as const) {
      const { exitCode, stdout, stderr } = await inProcess(args);
      assert.equal(exitCode, 0);
      assert.ok(stdout.startsWith(`Usage: ${current} `));
      assert.equal(stderr, `warning: \`${former}\` is deprecated; use \`${current}\``);
    }
  });

  it('suggests a similar command or option', async () => {
    const command = await inProcess(['raport']);
    assert.equal(command.exitCode, 2);
    assert.match(command.stderr, /Did you mean report\?/);
    const option = await inProcess(['report', '--formt', 'csv']);
    assert.equal(option.exitCode, 2);
    assert.match(option.stderr, /Did you mean --format\?/);
    const verb = await inProcess(['acknowledge', 'lst']);
    assert.equal(verb.exitCode, 2);
    assert.match(verb.stderr, /Did you mean list\?/);
  });

  it('shows no password of the result store', async () => {
    const { stdout } = await inProcess(['runs', '--help'], { RESULTS_URL: 'postgres://bench:s3cret@db/bench' });
    assert.match(stdout, /--url <url>/);
    assert.doesNotMatch(stdout, /s3cret/);
  });

  it('ends quietly when its reader closes the pipe', async () => {
    const child = startDynamoBench(['--help']);
    child.stdout.destroy();
    const { stderr, exitCode } = await child;
    assert.deepEqual([exitCode, stderr], [0, '']);
  });
});

describe('the reference of the command line', () => {
  it('has a section for every command, and no value of this environment', async () => {
    const program = await loadProgram();
    const reference = commandLineReference(program);
    for (const path of paths(program).slice(1))
      assert.match(reference, new RegExp(`^#+ dynamo-bench ${path.join(' ')}$`, 'm'));
    process.env.RESULTS_DIR = '/somewhere';
    try {
      assert.equal(commandLineReference(await loadProgram()), reference);
    } finally {
      delete process.env.RESULTS_DIR;
    }
  });
});
