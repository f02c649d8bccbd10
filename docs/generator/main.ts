import { writeFile } from 'node:fs/promises';
import { BLOCKS } from './blocks.js';
import { fillBlocks } from './fill-blocks.js';
import { ROOT, readPages } from './pages.js';

/** `npm run docs`: updates the generated blocks of all documents. */
for (const { path, text } of await readPages()) {
  const filled = await fillBlocks(text, BLOCKS);
  if (filled === text) continue;
  await writeFile(ROOT + path, filled);
  console.log(`updated ${path}`);
}
