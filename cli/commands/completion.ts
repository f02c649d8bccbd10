import { Argument, Command } from 'commander';
import { bashCompletion } from '../completion/completion-bash.js';
import { fishCompletion } from '../completion/completion-fish.js';
import { completionTree } from '../completion/completion-tree.js';
import { zshCompletion } from '../completion/completion-zsh.js';
import { addHelp } from '../output/help-text.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/**
 * `dynamo-bench completion bash|zsh|fish`: prints a script that completes commands, options and their values.
 *
 * @param program loads every command
 */
export function completionCommand(program: () => Promise<Command>): Command {
  const command = new Command('completion')
    .description('Print a script that completes commands, options and their values in a shell.')
    .addArgument(new Argument('<SHELL>', 'shell to print the script for').choices(Object.keys(SHELLS)))
    .action(async (shell: keyof typeof SHELLS) => {
      process.stdout.write(SHELLS[shell](completionTree(await program())));
    });
  return addHelp(command, {
    examples: [
      [
        'Install completion for bash',
        'dynamo-bench completion bash > ~/.local/share/bash-completion/completions/dynamo-bench',
      ],
      ['Install completion for zsh', `dynamo-bench completion zsh > "\${fpath[1]}/_dynamo-bench"`],
      ['Install completion for fish', 'dynamo-bench completion fish > ~/.config/fish/completions/dynamo-bench.fish'],
    ],
  });
}
