import type { Argument, Command, Option } from 'commander';
import { DEPRECATIONS } from './deprecated-forms.js';
import { EXIT_CODES } from './options/exit-code.js';
import { exampleLines, helpTextOf } from './output/help-text.js';

/**
 * Writes the reference of the command line as Markdown: all commands by group with their arguments, options and examples,
 * the exit codes, and the deprecated forms.
 *
 * @param program the program with every command loaded, see `loadProgram`
 */
export function commandLineReference(program: Command): string {
  const { commands } = program;
  const groups = [...new Set(commands.map(groupOf))];
  return [
    '# Command line',
    program.description(),
    ...helpLines(program),
    ...groups.flatMap((group) => {
      const members = commands.filter((command) => groupOf(command) === group);
      return [`## ${group}`, summaryTable(members), ...members.flatMap((command) => section(command, 3))];
    }),
    '## Exit codes',
    table(
      ['Code', 'Meaning'],
      EXIT_CODES.map(([code, meaning]) => [String(code), meaning]),
    ),
    '## Deprecated forms',
    'These forms still work and print a warning.',
    table(
      ['Deprecated', 'Use instead'],
      DEPRECATIONS.map(({ former, current }) => [code(former), code(current)]),
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

function groupOf(command: Command): string {
  return command.helpGroup().replace(/:$/, '');
}

function summaryTable(commands: readonly Command[]): string {
  return table(
    ['Command', 'Purpose'],
    commands.map((command) => [
      `[${command.name()}](#${pathOf(command).replaceAll(' ', '-')})`,
      escaped(command.summary()),
    ]),
  );
}

/** @param level level of the heading */
function section(command: Command, level: number): string[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  return [
    `${'#'.repeat(level)} ${pathOf(command)}`,
    escaped(command.description()),
    `\`\`\`\n${pathOf(command)} ${command.usage()}\n\`\`\``,
    ...(command.registeredArguments.length > 0
      ? [table(['Argument', 'Description', 'Default'], command.registeredArguments.map(argumentRow))]
      : []),
    ...(options.length > 0 ? [table(['Option', 'Description', 'Default'], options.map(optionRow))] : []),
    ...helpLines(command),
    ...command.commands.flatMap((child) => section(child, level + 1)),
  ];
}

function helpLines(command: Command): string[] {
  const { examples, notes } = helpTextOf(command);
  return [
    ...(examples.length > 0 ? [`\`\`\`sh\n${exampleLines(examples)}\n\`\`\``] : []),
    ...(notes === undefined ? [] : [escaped(notes)]),
  ];
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function argumentRow(argument: Argument): string[] {
  const { description, argChoices, required, variadic, defaultValue, defaultValueDescription } = argument;
  const name = `${argument.name()}${variadic ? '...' : ''}`;
  return [
    code(required ? `<${name}>` : `[${name}]`),
    escaped(description + choicesText(argChoices)),
    defaultText(defaultValue, defaultValueDescription),
  ];
}

function optionRow(option: Option): string[] {
  const { flags, description, argChoices, mandatory, envVar, defaultValue, defaultValueDescription } = option;
  const usual = defaultText(defaultValue, defaultValueDescription);
  const variable = envVar === undefined ? '' : `variable ${code(envVar)}`;
  return [
    code(flags),
    escaped(description + choicesText(argChoices)),
    mandatory ? 'required' : [variable, usual].filter(Boolean).join(', otherwise '),
  ];
}

function choicesText(choices: readonly string[] | undefined): string {
  return choices ? `: ${choices.map(code).join(', ')}` : '';
}

function defaultText(value: unknown, description: string | undefined): string {
  if (value === undefined || value === false || value === '') return '';
  return code(description ?? String(value));
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

/** Escapes characters that Markdown reads as HTML, emphasis or the end of a table cell, except inside code. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll(/[<|*]/g, '\\$&')))
    .join('');
}
