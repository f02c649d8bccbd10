import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Checks the sources: types, linter and formatter, arrows between folders, dead code, licences and
 * NOTICE. All run at once; what a part
 * printed is shown when it fails. Node.js runs this file as it is, so nothing has to be built before.
 *
 *   node test/lanes/check.ts
 */

/** The folders that the compiler takes are those whose imports are checked. */
const folders: string[] = JSON.parse(readFileSync('tsconfig.json', 'utf8')).include;

const PARTS: Readonly<Record<string, readonly string[]>> = {
  types: ['tsc', '--noEmit'],
  linter: ['biome', 'check', '--error-on-warnings', '.'],
  arrows: ['depcruise', '--output-type', 'err', ...folders],
  'dead code': ['knip', '--treat-config-hints-as-errors'],
  licences: ['node', 'image/main.ts', 'check'],
};

/** dependency-cruiser misses a compiler with an API, which TypeScript 7 has not; swc parses for it instead. */
const NOTICE = /^‼ missing-tsc-transpiler: [\s\S]*?API is published and stable\.\n*/m;

interface Part {
  readonly title: string;
  readonly failed: boolean;
  readonly seconds: number;
}

async function run(title: string, [program = '', ...args]: readonly string[]): Promise<Part> {
  const start = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, NO_COLOR: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output += `${program} cannot be started: ${error.message}\n`;
      resolve(-1);
    });
    child.once('close', (code) => resolve(code ?? -1));
  });
  const failed = exitCode !== 0;
  const seconds = (performance.now() - start) / 1000;
  console.log(`${failed ? '✗' : '✔'} ${title} (${program}, ${seconds.toFixed(1)} s)`);
  if (failed) console.log(output.replace(NOTICE, ''));
  return { title: `check: ${title}`, failed, seconds };
}

const parts = await Promise.all(Object.entries(PARTS).map(([title, command]) => run(title, command)));
const failed = parts.filter((part) => part.failed).length;
const passed = parts.length - failed;
const file = process.env.TEST_SUMMARY;
if (file) writeFileSync(file, JSON.stringify({ passed, failed, skipped: 0, slowest: parts }));
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
