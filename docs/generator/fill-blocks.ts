/** Returns the text of a generated block. */
export type Block = () => string | Promise<string>;

const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- end of \2 -->)/g;
const OPENING = /<!-- generated: ([a-z-]+) -->/g;

/** Returns the names of the generated blocks of a page, in their order. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(OPENING)].map(([, name = '']) => name);
}

/**
 * Returns the page with the content of every generated block replaced. A block starts with the line
 * `<!-- generated: NAME -->` and ends with the line `<!-- end of NAME -->`.
 *
 * @throws {Error} when a block has no end, or its name is not in `blocks`
 */
export async function fillBlocks(page: string, blocks: Readonly<Record<string, Block>>): Promise<string> {
  const found = [...page.matchAll(BLOCK)];
  const closed = found.map(([, , name]) => name);
  const open = blocksOf(page).find((name) => !closed.includes(name));
  if (open !== undefined) throw new Error(`Block "${open}" has no line <!-- end of ${open} -->`);
  let filled = '';
  let end = 0;
  for (const match of found) {
    const [whole, opening = '', name = '', closing = ''] = match;
    const block = blocks[name];
    if (!block) throw new Error(`Unknown block "${name}"; known: ${Object.keys(blocks).join(', ')}`);
    filled += `${page.slice(end, match.index)}${opening}\n${(await block()).trim()}\n\n${closing}`;
    end = match.index + whole.length;
  }
  return filled + page.slice(end);
}
