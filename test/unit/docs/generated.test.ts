import assert from 'node:assert/strict';
import { BLOCKS } from '../../../docs/generator/blocks.js';
import { blocksOf, fillBlocks } from '../../../docs/generator/fill-blocks.js';
import { type Page, readPages } from '../../../docs/generator/pages.js';
import { undescribedKeys } from '../../../docs/generator/spec-sections.js';

describe('generated blocks of the documents', () => {
  let pages: readonly Page[];
  before(async () => {
    pages = await readPages();
  });

  it('are in step with the code: `npm run docs` changes nothing', async () => {
    const stale: string[] = [];
    for (const { path, text } of pages) if ((await fillBlocks(text, BLOCKS)) !== text) stale.push(path);
    assert.deepEqual(stale, [], 'run `npm run docs`');
  });

  it('each have a place in one page', () => {
    assert.deepEqual(pages.flatMap(({ text }) => blocksOf(text)).sort(), Object.keys(BLOCKS).sort());
  });

  it('describe every key of the suite spec', () => {
    assert.deepEqual(undescribedKeys(), []);
  });
});

describe('fillBlocks', () => {
  const blocks = { one: () => 'new text', two: () => '| a | b |' };

  it('replaces the content of every block and keeps the text around it', async () => {
    const page =
      'before\n<!-- generated: one -->\nold\n<!-- end of one -->\nafter\n<!-- generated: two -->\n<!-- end of two -->\n';
    const filled = await fillBlocks(page, blocks);
    assert.equal(
      filled,
      'before\n<!-- generated: one -->\n\nnew text\n\n<!-- end of one -->\nafter\n<!-- generated: two -->\n\n| a | b |\n\n<!-- end of two -->\n',
    );
    assert.equal(await fillBlocks(filled, blocks), filled);
  });

  it('refuses a block without an end and an unknown block', async () => {
    await assert.rejects(fillBlocks('<!-- generated: one -->\n', blocks), /"one"/);
    await assert.rejects(fillBlocks('<!-- generated: three -->\n<!-- end of three -->\n', blocks), /"three"/);
  });
});
