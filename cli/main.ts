#!/usr/bin/env node
/** The Kubernetes client does not even load on older versions; this file must, to say so. */
const REQUIRED = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(`dynamo-bench needs Node.js ${REQUIRED.join('.')} or newer, and this is ${process.versions.node}.`);
  console.error('In the checkout, `npx dynamo-bench` uses the Node.js that `npm run setup` installs.');
  process.exit(4);
}
// Whoever reads the output may have seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  console.error(`error: the output cannot be written: ${error.message}`);
  console.error('  → make room where it goes, or send it elsewhere');
  process.exit(4);
});
const { run } = await import('./program.js');
await run();
