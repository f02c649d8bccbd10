import { allCommands, type CompletedCommand, type CompletedOption } from './completion-tree.js';

/** Writes a zsh completion script: one function for each command, with `_arguments` and `_describe`. */
export function zshCompletion(program: CompletedCommand): string {
  return `#compdef dynamo-bench
# Completion of dynamo-bench for zsh.
${allCommands(program).map(functionOf).join('\n')}
# Registers the function when the script is sourced instead of autoloaded.
if [ "$funcstack[1]" = "_dynamo-bench" ]; then
  ${nameOf([])} "$@"
else
  compdef ${nameOf([])} dynamo-bench
fi
`;
}

function functionOf(command: CompletedCommand): string {
  const { path, options, values, commands } = command;
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const places = values.map((words) => `':value:${words.length > 0 ? `(${words.join(' ')})` : '_files'}'`);
    return `${nameOf(path)}() {\n  _arguments ${[...specs, ...places].join(' ')}\n}`;
  }
  const described = commands.map(({ path, description }) => quoted(`${path.at(-1)}:${colons(description)}`));
  const calls = commands.map(({ path }) => `    ${path.at(-1)}) ${nameOf(path)} ;;`);
  return `${nameOf(path)}() {
  local curcontext="$curcontext" state line
  local -a commands=(${described.join(' ')})
  _arguments -C ${specs.join(' ')} '1: :->command' '*:: :->rest'
  case "$state" in
    command) _describe command commands ;;
    rest) case "$line[1]" in
${calls.join('\n')}
    esac ;;
  esac
}`;
}

function optionSpec({ flags, description, takesValue, values }: CompletedOption): string {
  const value = takesValue ? `:value:${values.length > 0 ? `(${values.join(' ')})` : '_files'}` : '';
  const text = description.replaceAll(/[[\]]/g, '\\$&');
  return flags.map((flag) => quoted(`${flag}[${colons(text)}]${value}`)).join(' ');
}

function nameOf(path: readonly string[]): string {
  return ['_dynamo_bench', ...path].join('_').replaceAll('-', '_');
}

function colons(text: string): string {
  return text.replaceAll(':', '\\:');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
