import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';

/** JSON of a file, or of standard input for `-`. What cannot be read ends the command with exit code 2. */
export async function readJson(file: string, command: Command): Promise<unknown> {
  try {
    const text = file === '-' ? await readStandardInput() : await readFile(file, 'utf8');
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    return command.error(`error: ${file}: ${message}\n  → give a suite spec, a JSON file such as suites/p5.json`, {
      exitCode: 2,
    });
  }
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text;
}
