import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { complain, say } from '../../../../cli/output/say.js';

const CLI = fileURLToPath(new URL('../../../../../cli/', import.meta.url));

/** Files that write to the terminal themselves, each with its reason. */
const WRITERS: Readonly<Record<string, string>> = {
  'output/say.ts': 'the one place',
  'main.ts': 'has only its own texts, and loads on old versions of Node.js',
  'program.ts': 'writes the messages of commander, escaped',
  'follow/show-suite.ts': 'colours a status whose texts are escaped before',
  'follow/live-text.ts': 'draws such a status',
  'commands/completion.ts': 'prints a script without texts from outside',
  'commands/codec.ts': 'prints a key that it has made',
};

describe('output of the command line', () => {
  for (const [name, print, stream] of [
    ['say', say, 'log'],
    ['complain', complain, 'error'],
  ] as const) {
    it(`${name}: shows what a terminal would obey`, () => {
      const original = console[stream];
      const lines: string[] = [];
      console[stream] = (line: string) => void lines.push(line);
      try {
        print('run "\u001b]8;;https://evil.example\u0007x" \u009b2J \u202e\nsecond line');
      } finally {
        console[stream] = original;
      }
      assert.deepEqual(lines, ['run "\\u001b]8;;https://evil.example\\u0007x" \\u009b2J \\u202e\nsecond line']);
    });
  }

  it('has one place where text is written', async () => {
    const files = await readdir(CLI, { recursive: true });
    const writers: string[] = [];
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      const text = await readFile(`${CLI}${file}`, 'utf8');
      if (/console\.\w+\(|std(?:out|err)\.write\(|stream\.write\(/.test(text)) writers.push(file);
    }
    assert.deepEqual(writers.sort(), Object.keys(WRITERS).sort());
  });
});
