import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Package } from './packages.ts';

/** Parts of packages that no code of the product loads. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  '@temporalio/core-bridge': ['Cargo.lock', 'Cargo.toml', 'bridge-macros', 'scripts', 'sdk-core', 'src', 'ts'],
  'better-sqlite3': ['binding.gyp', 'deps', 'src'],
  echarts: ['asset', 'extension', 'i18n', 'lib', 'ssr', 'theme', 'types'],
};

/**
 * Folders of packages with several forms of the same code, and the form that the product loads: native parts for Linux on
 * x86-64, and the bundle of the charts.
 */
const FORMS: Readonly<Record<string, string>> = {
  'node_modules/@temporalio/core-bridge/releases': 'x86_64-unknown-linux-gnu',
  'node_modules/better-sqlite3/prebuilds': 'linux-x64.node',
  'node_modules/echarts/dist': 'echarts.esm.min.mjs',
};

/** Files that only compilers and debuggers read. */
const DEVELOPMENT_FILE = /\.(map|[cm]?ts|tsx|flow|tsbuildinfo)$/;

/** Folders of `dist` that the product consists of. */
const PRODUCT = [
  'activities',
  'cli',
  'cluster',
  'kubernetes',
  'reports',
  'results',
  'suite',
  'temporal',
  'worker',
  'workflows',
] as const;

/**
 * Copies the production dependencies, without what only other platforms, compilers and debuggers need.
 *
 * @param root checkout with installed packages
 * @throws {Error} naming a package that is not installed
 */
export function copyPackages(root: string, packages: readonly Package[], target: string): void {
  for (const { path, name, isOptional } of packages) {
    const source = join(root, path);
    if (!existsSync(source)) {
      if (isOptional) continue;
      throw new Error(`${path} is not installed: run npm ci`);
    }
    const unused = new Set((UNUSED[name] ?? []).map((part) => join(source, part)));
    // A package's own node_modules are packages of the lockfile as well, so they are copied by themselves.
    unused.add(join(source, 'node_modules'));
    copy(source, join(target, path), (file) => {
      const form = FORMS[relative(root, dirname(file))];
      return !unused.has(file) && (form === undefined || form === basename(file));
    });
  }
}

/** Copies the compiled product and the files that it reads. @throws {Error} when it is not built */
export function copyProduct(root: string, target: string): void {
  if (!existsSync(join(root, 'dist/worker/main.js'))) throw new Error('dist is not built: run npm run build');
  for (const folder of PRODUCT) copy(join(root, 'dist', folder), join(target, 'dist', folder));
  for (const name of ['manifests', 'charts/dynamo-bench/files', 'package.json', 'LICENSE', 'NOTICE'])
    copy(join(root, name), join(target, name));
}

function copy(source: string, target: string, wanted: (file: string) => boolean = () => true): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, target, {
    recursive: true,
    dereference: true,
    filter: (file) => wanted(file) && (statSync(file).isDirectory() || !DEVELOPMENT_FILE.test(file)),
  });
}
