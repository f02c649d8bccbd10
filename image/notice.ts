import { licenceOf } from './licences.ts';
import type { Package } from './packages.ts';

/** Returns the text of NOTICE: every package of the image with its version and licence. */
export function noticeText(packages: readonly Package[]): string {
  const lines = new Set(
    packages.map((entry) => `${entry.name} ${entry.version}: ${licenceOf(entry) ?? 'no licence stated'}`),
  );
  return `dynamo-bench

This product includes the npm packages below. Their copyright notices and licence texts are in the folder node_modules
of the image. Node.js, which the image also contains, has the MIT licence and that of its parts.

${[...lines].sort().join('\n')}
`;
}
