import type { Package } from './packages.ts';

/** SPDX identifiers of the licences that a production dependency may have. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  // Only caniuse-lite, whose data webpack reads; the licence asks for attribution, which NOTICE gives.
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
]);

/** Licences of packages that name none in their package.json, by the file that has it. */
const STATED_ELSEWHERE: Readonly<Record<string, string>> = {
  // node_modules/unionfs/LICENSE
  'unionfs@4.6.0': 'Unlicense',
};

/** Returns the licence of a package; undefined when it states none. */
export function licenceOf({ name, version, licence }: Package): string | undefined {
  return licence ?? STATED_ELSEWHERE[`${name}@${version}`];
}

/** Returns one line for each package whose licence is missing or not allowed. */
export function licenceProblems(packages: readonly Package[]): string[] {
  return packages.flatMap((entry) => {
    const licence = licenceOf(entry);
    const title = `${entry.name}@${entry.version}`;
    if (licence === undefined)
      return [`${title} states no licence: read its LICENSE file and add it to STATED_ELSEWHERE`];
    return isAllowed(licence) ? [] : [`${title} has the licence ${licence}, which image/licences.ts does not allow`];
  });
}

/**
 * Whether an SPDX expression can be met with allowed licences: all parts of an AND, one part of an OR. AND binds more
 * tightly; a nested or unknown expression is not allowed.
 */
function isAllowed(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  return bare.split(' OR ').some((part) => part.split(' AND ').every((id) => ALLOWED.has(id)));
}
