import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { isolated } from '../support/environment.js';
import { inProcess } from '../support/in-process.js';

const PACKAGES = fileURLToPath(new URL('../../../local/test-packages.sh', import.meta.url));

/** Calls the completion function as bash does, with what is typed so far; the last word is the one to complete. */
const BASH = `source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dynamo_bench; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Types into a zsh in a pseudo-terminal, presses tab, and waits for the expected words. */
const ZSH = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -D; source $1; echo READ''Y"
zpty -r shell seen '*READY*'
zpty -w -n shell "$2"$'\\t'
zpty -r shell seen "*$3*" && print found`;

describe('shell completion', () => {
  let folder: string;
  const scriptOf = async (shell: string) => {
    const { stdout, exitCode } = await inProcess(['completion', shell]);
    assert.equal(exitCode, 0);
    const file = join(folder, shell);
    await writeFile(file, stdout);
    return file;
  };
  /** A shell makes itself a folder for its history in HOME. */
  const inShell = (shell: string, ...args: string[]) => isolated(shell, args, { env: { HOME: folder, TERM: 'xterm' } });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'completion-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('of bash knows commands, their commands, options, and values of arguments and options', async () => {
    const script = await scriptOf('bash');
    const complete = async (...words: string[]) => {
      const { stdout } = await inShell('bash', '-c', BASH, 'bash', script, 'dynamo-bench', ...words);
      return stdout.split('\n').filter(Boolean).sort();
    };
    assert.deepEqual(await complete('re'), ['report', 'reset', 'resolve', 'resume']);
    assert.deepEqual(await complete('baseline', ''), ['accept', 'list', 'remove']);
    assert.deepEqual(await complete('acknowledge', ''), ['add', 'list', 'remove']);
    assert.deepEqual(await complete('schedule', ''), [
      'apply',
      'backfill',
      'delete',
      'list',
      'pause',
      'resume',
      'set',
      'show',
      'trigger',
    ]);
    assert.deepEqual(await complete('nightl'), [], 'no deprecated form');
    assert.deepEqual(await complete('baseline', 'accept', '--na'), ['--name']);
    assert.deepEqual(await complete('resolve', 'my-run', '--json', 'lf', ''), ['abort', 'retry', 'skip']);
    assert.deepEqual(await complete('report', '--format', 'o'), ['openmetrics']);
    assert.deepEqual(await complete('run', '--workflow-id', 'watch', '--de'), ['--detach'], 'a value is no command');
    assert.deepEqual(await complete('run', ''), [], 'bash completes names of files');
    assert.deepEqual(await complete('completion', ''), ['bash', 'fish', 'zsh']);
  });

  it('of fish knows the same, with descriptions', async () => {
    const script = await scriptOf('fish');
    const { stdout: fish } = await execa(PACKAGES, ['fish']);
    const complete = async (line: string) => {
      const code = `source ${script}; complete -C 'dynamo-bench ${line}'`;
      return (await inShell(fish, '--no-config', '-c', code)).stdout.split('\n');
    };
    assert.deepEqual(
      (await complete('re')).map((line) => line.split('\t')[0]),
      ['report', 'reset', 'resolve', 'resume'],
    );
    assert.deepEqual(await complete('run --det'), ['--detach\tstart the suite run and return']);
    assert.deepEqual(await complete('resolve my-run lf '), ['abort', 'retry', 'skip']);
    assert.deepEqual(await complete('report --format op'), ['openmetrics\tformat to print']);
    assert.equal((await complete('baseline a'))[0]?.split('\t')[0], 'accept');
  });

  it('of zsh knows the same', async () => {
    const script = await scriptOf('zsh');
    const { stdout: zsh } = await execa(PACKAGES, ['zsh']);
    for (const [typed, completed] of [
      ['dynamo-bench ackn', 'acknowledge'],
      ['dynamo-bench baseline acc', 'accept'],
      ['dynamo-bench schedule trig', 'trigger'],
      ['dynamo-bench run --det', '--detach'],
      ['dynamo-bench resolve my-run lf ret', 'retry'],
      ['dynamo-bench report --format open', 'openmetrics'],
    ] as const) {
      const { stdout } = await inShell(zsh, '-f', '-c', ZSH, 'zsh', script, typed, completed);
      assert.match(stdout, /found/, typed);
    }
  });

  it('of an unknown shell is refused', async () => {
    const { exitCode, stderr } = await inProcess(['completion', 'csh']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /Allowed choices are bash, zsh, fish/);
  });
});
