import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { formerKeys } from '../../suite/spec/spec.js';
import { complain } from '../output/say.js';
import { WrongUse } from './wrong-use.js';

/**
 * Reads a suite spec from a file, or from standard input for `-`, and warns about deprecated keys. The spec is JSON or, when it
 * does not begin with `{`, YAML.
 *
 * @throws {WrongUse} when the input cannot be read or is neither JSON nor YAML
 */
export async function readSpecFile(file: string): Promise<unknown> {
  try {
    const text = file === '-' ? await readStandardInput() : await readFile(file, 'utf8');
    const spec: unknown = text.trimStart().startsWith('{') ? JSON.parse(text) : parseYaml(text);
    warnAboutFormerKeys(file, spec);
    return spec;
  } catch (error) {
    const hint = 'Give a suite spec: a JSON or YAML file such as suites/p5.json, or - for standard input';
    throw new WrongUse(`Cannot read suite spec ${file}: ${(error as Error).message}`, hint, error);
  }
}

/** Reads YAML without aliases, which can make a small text a huge value. */
function parseYaml(text: string): unknown {
  return parse(text, { maxAliasCount: 0, prettyErrors: true });
}

function warnAboutFormerKeys(file: string, spec: unknown): void {
  const found = formerKeys(spec).map(({ path, message }) => `${path} ${message}`);
  if (found.length > 0) complain(`warning: ${file} uses deprecated keys: ${found.join('; ')}`);
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
  return text;
}
