import assert from 'node:assert/strict';
import { Argument, Command, Option } from 'commander';
import { addHelp } from '../../../cli/output/help-text.js';
import { commandLineReference } from '../../../cli/reference.js';

describe('the reference of the command line', () => {
  const program = new Command('bench').description('Measures.');
  const set = addHelp(
    new Command('set')
      .description('Sets <it>.')
      .argument('<SPEC>', 'a spec')
      .addArgument(new Argument('[ACTION]', 'what to do').choices(['on', 'off']))
      .addOption(new Option('--queue <name>', 'queue').env('QUEUE').default('main'))
      .requiredOption('--reason <text>', 'why')
      .addOption(new Option('--secret', 'not shown').hideHelp()),
    { examples: [['Set it', 'bench group set x']], notes: 'It stays set.' },
  );
  program.addCommand(new Command('group').summary('groups').description('Groups.').addCommand(set).helpGroup('Run:'));
  const lines = commandLineReference(program).split('\n');

  it('has a section for every command below its group, and links to it', () => {
    const headings = lines.filter((line) => line.startsWith('#') && !line.startsWith('# Set'));
    assert.deepEqual(headings.slice(0, 4), ['# Command line', '## Run', '### bench group', '#### bench group set']);
    assert.ok(lines.includes('| [group](#bench-group) | groups |'));
  });

  it('shows arguments, options, defaults and variables, and no hidden option', () => {
    assert.ok(lines.includes('| `<SPEC>` | a spec |  |'));
    assert.ok(lines.includes('| `[ACTION]` | what to do: `on`, `off` |  |'));
    assert.ok(lines.includes('| `--queue <name>` | queue | variable `QUEUE`, otherwise `main` |'));
    assert.ok(lines.includes('| `--reason <text>` | why | required |'));
    assert.ok(!lines.some((line) => line.includes('--secret')));
  });

  it('shows examples, notes, exit codes and deprecated forms, and escapes HTML', () => {
    for (const line of ['# Set it', 'bench group set x', 'It stays set.', 'Sets \\<it>.', '| 2 | wrong use |'])
      assert.ok(lines.includes(line), line);
    assert.ok(lines.includes('| `dynamo-bench sweep` | `dynamo-bench cleanup` |'));
  });
});
