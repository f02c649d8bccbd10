import { readFileSync } from 'node:fs';

/** A recorded output below test/fixtures. The compiled tests lie one level deeper than the sources. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../../test/fixtures/${name}`, import.meta.url), 'utf8');
}

export function fixtureLines(name: string): string[] {
  return fixture(name).split('\n');
}
