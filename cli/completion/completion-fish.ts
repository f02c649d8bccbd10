import { allCommands, type CompletedCommand, type CompletedOption } from './completion-tree.js';

/**
 * Writes a fish completion script: one line for each command, option and value. Fish completes file names where no words
 * are known.
 */
export function fishCompletion(program: CompletedCommand): string {
  return `# Completion of dynamo-bench for fish.
function __dynamo_bench_at
    set --local words (commandline -opc)[2..]
    set --local depth (count $argv)
    test $depth -eq 0; and return
    test (count $words) -ge $depth; and test "$words[1..$depth]" = "$argv"
end
function __dynamo_bench_place
    __dynamo_bench_at $argv[2..]; or return
    set --local words (commandline -opc)[2..]
    set --local rest $words[(count $argv)..]
    test (count (string match --invert -- '-*' $rest)) -eq $argv[1]
end
${allCommands(program).flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: CompletedCommand): string[] {
  const { path, options, values, commands } = command;
  const at = condition('__dynamo_bench_at', path);
  const atPlace = (place: number) => condition('__dynamo_bench_place', [String(place), ...path]);
  return [
    ...commands.map(
      (child) => `${atPlace(0)} --no-files --arguments ${child.path.at(-1)} --description ${quoted(child.description)}`,
    ),
    ...options.map((option) => `${at}${optionText(option)}`),
    ...values.flatMap((words, place) =>
      words.length > 0 ? [`${atPlace(place)} --no-files --arguments ${quoted(words.join(' '))}`] : [],
    ),
  ];
}

function condition(test: string, path: readonly string[]): string {
  return `complete --command dynamo-bench --condition ${quoted([test, ...path].join(' '))}`;
}

function optionText({ flags, description, takesValue, values }: CompletedOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? ` --long-option ${flag.slice(2)}` : ` --short-option ${flag.slice(1)}`,
  );
  const value = takesValue ? ' --require-parameter' : '';
  const words = values.length > 0 ? ` --no-files --arguments ${quoted(values.join(' '))}` : '';
  return `${names.join('')}${value}${words} --description ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
