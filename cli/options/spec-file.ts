import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { formerKeys } from '../../suite/spec/spec.js';

/**
 * Reads a suite spec from a file, or from standard input for `-`, and warns of keys under former names. Input that is not
 * JSON ends the command with exit code 2.
 */
export async function readSpecFile(file: string, command: Command): Promise<unknown> {
  try {
    const text = file === '-' ? await readStandardInput() : await readFile(file, 'utf8');
    const spec: unknown = JSON.parse(text);
    warnOfFormerKeys(file, spec);
    return spec;
  } catch (error) {
    const { message } = error as Error;
    return command.error(`error: ${file}: ${message}\n  → give a suite spec, a JSON file such as suites/p5.json`, {
      exitCode: 2,
    });
  }
}

function warnOfFormerKeys(file: string, spec: unknown): void {
  const found = formerKeys(spec).map(({ path, message }) => `${path} ${message}`);
  if (found.length > 0) console.error(`warning: ${file} uses former names of keys: ${found.join('; ')}`);
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text;
}
