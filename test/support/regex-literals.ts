import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@swc/core';

export interface FoundPattern {
  readonly file: string;
  readonly pattern: RegExp;
}

/** Returns every regular expression that is written as a literal in the TypeScript files of some folders. */
export async function regexLiterals(root: string, folders: readonly string[]): Promise<FoundPattern[]> {
  const found: FoundPattern[] = [];
  for (const folder of folders) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((name) => name.endsWith('.ts')).sort()) {
      const file = join(folder, name);
      const module = await parse(await readFile(join(root, file), 'utf8'), { syntax: 'typescript', target: 'es2024' });
      collect(module, file, found);
    }
  }
  return found;
}

function collect(node: unknown, file: string, found: FoundPattern[]): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, pattern, flags } = node as { type?: unknown; pattern?: unknown; flags?: unknown };
  if (type === 'RegExpLiteral' && typeof pattern === 'string' && typeof flags === 'string') {
    found.push({ file, pattern: new RegExp(pattern, flags) });
  }
  for (const child of Object.values(node)) collect(child, file, found);
}
