import { writeFile } from 'node:fs/promises';
import { BLOCKS } from './blocks.js';
import { fillBlocks } from './fill-blocks.js';
import { ROOT, readPages } from './pages.js';

/** `npm run docs`: makes the generated blocks of all documents again. */
for (const { path, text } of await readPages()) {
  const filled = await fillBlocks(text, BLOCKS);
  if (filled === text) continue;
  await writeFile(ROOT + path, filled);
  console.log(`updated ${path}`);
}
