import { allCommands, type CompletedCommand } from './completion-tree.js';

/** Writes a bash completion function: one `case` each for paths, options, values of options, and places of arguments. */
export function bashCompletion(program: CompletedCommand): string {
  const commands = allCommands(program);
  return `# Completion of dynamo-bench for bash.
_dynamo_bench() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path= option= place=0 i word words=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $option ]]; then option=; continue; fi
    case "$path $word" in
${cases(
  commands.filter(({ path }) => path.length > 0),
  ({ path }) => ` ${path.join(' ')}`,
  ({ path }) => `path=" ${path.join(' ')}"; place=0; continue`,
)}
    esac
    case "$path $word" in
${optionCases(commands, 'option="$word"')}
      *' '-*) ;;
      *) place=$((place + 1)) ;;
    esac
  done
  if [[ -n $option ]]; then
    case "$path $previous" in
${valueCases(commands)}
    esac
  elif [[ $current == -* ]]; then
    case "$path" in
${cases(
  commands,
  ({ path }) => path.map((word) => ` ${word}`).join(''),
  ({ options }) => `words='${options.flatMap(({ flags }) => flags).join(' ')}'`,
)}
    esac
  else
    case "$path/$place" in
${placeCases(commands)}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
# Where no words are known, bash completes names of files.
complete -o default -F _dynamo_bench dynamo-bench
`;
}

function cases(
  commands: readonly CompletedCommand[],
  pattern: (command: CompletedCommand) => string,
  then: (command: CompletedCommand) => string,
): string {
  return commands.map((command) => `      '${pattern(command)}') ${then(command)} ;;`).join('\n');
}

const prefix = ({ path }: CompletedCommand) => path.map((word) => ` ${word}`).join('');

/** Writes the cases of options that take the next word as their value. */
function optionCases(commands: readonly CompletedCommand[], then: string): string {
  return commands
    .flatMap((command) =>
      command.options
        .filter(({ takesValue }) => takesValue)
        .flatMap(({ flags }) => flags.map((flag) => `      '${prefix(command)} ${flag}') ${then} ;;`)),
    )
    .join('\n');
}

function valueCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap((command) =>
      command.options
        .filter(({ values }) => values.length > 0)
        .flatMap(({ flags, values }) =>
          flags.map((flag) => `      '${prefix(command)} ${flag}') words='${values.join(' ')}' ;;`),
        ),
    )
    .join('\n');
}

/** Writes the cases of subcommands at the first position, and of argument values at their positions. */
function placeCases(commands: readonly CompletedCommand[]): string {
  return commands
    .flatMap((command) => {
      const children = command.commands.map(({ path }) => path.at(-1) ?? '');
      const places = children.length > 0 ? [children] : command.values;
      return places.flatMap((words, place) =>
        words.length > 0 ? [`      '${prefix(command)}/${place}') words='${words.join(' ')}' ;;`] : [],
      );
    })
    .join('\n');
}
