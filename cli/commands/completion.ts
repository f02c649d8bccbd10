import { Argument, Command } from 'commander';
import { bashCompletion } from '../completion/completion-bash.js';
import { fishCompletion } from '../completion/completion-fish.js';
import { completionTree } from '../completion/completion-tree.js';
import { zshCompletion } from '../completion/completion-zsh.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/**
 * `dynamo-bench completion bash|zsh|fish`: prints a script that completes commands, options and their values.
 *
 * @param program loads every command
 */
export function completionCommand(program: () => Promise<Command>): Command {
  return new Command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<SHELL>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  bash  dynamo-bench completion bash > ~/.local/share/bash-completion/completions/dynamo-bench
  zsh   dynamo-bench completion zsh > "\${fpath[1]}/_dynamo-bench"
  fish  dynamo-bench completion fish > ~/.config/fish/completions/dynamo-bench.fish`,
    )
    .action(async (shell: keyof typeof SHELLS) => {
      process.stdout.write(SHELLS[shell](completionTree(await program())));
    });
}
