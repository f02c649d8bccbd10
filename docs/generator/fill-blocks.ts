/** Makes the text of a generated block. */
export type Block = () => string | Promise<string>;

const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)[\s\S]*?(<!-- end of \2 -->)/g;
const OPENING = /<!-- generated: ([a-z-]+) -->/g;

/** Names of the generated blocks of a page, in their order. */
export function blocksOf(page: string): string[] {
  return [...page.matchAll(OPENING)].map(([, name = '']) => name);
}

/**
 * The page with the content of every generated block made again. A block begins with `<!-- generated: NAME -->` and ends
 * with `<!-- end of NAME -->`, each on a line of its own.
 *
 * @throws {Error} when a block has no end, or a name that `blocks` does not have
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
