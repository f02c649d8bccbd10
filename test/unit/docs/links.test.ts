import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { posix } from 'node:path';
import { type Page, ROOT, readPages } from '../../../docs/generator/pages.js';
import { anchorsOf, linksOf } from '../../support/markdown-links.js';

const README_LINES = 150;

describe('documents', () => {
  let pages: readonly Page[];
  before(async () => {
    pages = await readPages();
  });

  it('have no broken relative link', async () => {
    const broken: string[] = [];
    for (const { path, text } of pages) {
      for (const { target, relative } of linksOf(text)) {
        if (!relative || relative.path === '') continue;
        const file = posix.join(posix.dirname(path), decodeURIComponent(relative.path));
        if (!(await exists(file))) broken.push(`${path}: ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  it('have no link to a heading that does not exist', () => {
    const anchors = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
    const broken = pages.flatMap(({ path, text }) =>
      linksOf(text)
        .filter(({ relative }) => {
          if (!relative?.anchor) return false;
          const page = relative.path === '' ? path : posix.join(posix.dirname(path), relative.path);
          return anchors.get(page)?.has(relative.anchor) !== true;
        })
        .map(({ target }) => `${path}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  it('are all reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      const { text = '' } = pages.find((page) => page.path === path) ?? {};
      for (const { relative } of linksOf(text)) {
        const file = posix.join(posix.dirname(path), relative?.path ?? '');
        if (relative?.path && pages.some((page) => page.path === file)) reached.add(file);
      }
    }
    assert.deepEqual(
      pages.map(({ path }) => path).filter((path) => !reached.has(path)),
      [],
    );
  });

  it(`keep the README within ${README_LINES} lines`, () => {
    const readme = pages.find(({ path }) => path === 'README.md');
    assert.ok(readme);
    assert.ok(readme.text.trimEnd().split('\n').length <= README_LINES);
  });
});

describe('links of a document', () => {
  const markdown =
    '# A `code` heading\n\n## Same\n\n## Same\n\n[one](b.md#x) ![two](c.png) [three](https://d) `[no](e.md)`\n';

  it('are found with their path and anchor, and not in code', () => {
    assert.deepEqual(
      linksOf(markdown).map(({ target, relative }) => [target, relative?.path, relative?.anchor]),
      [
        ['b.md#x', 'b.md', 'x'],
        ['c.png', 'c.png', ''],
        ['https://d', undefined, undefined],
      ],
    );
  });

  it('lead to the anchors that GitHub gives to headings', () => {
    assert.deepEqual([...anchorsOf(markdown)], ['a-code-heading', 'same', 'same-1']);
  });
});

async function exists(path: string): Promise<boolean> {
  return access(ROOT + path).then(
    () => true,
    () => false,
  );
}
