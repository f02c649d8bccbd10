import { readFileSync } from 'node:fs';

/** A package that the product needs at run time, as the lockfile has it. */
export interface Package {
  /** Folder from the root of the checkout, such as `node_modules/zod`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its licence; undefined when the package does not state one. */
  readonly licence: string | undefined;
  /** Whether npm leaves the package out where it does not fit, such as a binary of another platform. */
  readonly isOptional: boolean;
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { version: string; license?: string; dev?: boolean; optional?: boolean; devOptional?: boolean }>
  >;
}

/** Lists the production dependencies of the lockfile, direct and indirect, in the order of their folders. */
export function productionPackages(lockfile: string): Package[] {
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as Lockfile;
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version, license, optional = false }]) => ({
      path,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
      isOptional: optional,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
