#!/usr/bin/env node
import module from 'node:module';

/** The Kubernetes client does not load on older versions; this file must load, to report that. */
const REQUIRED = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(`error: dynamo-bench needs Node.js ${REQUIRED.join('.')} or newer; this is ${process.versions.node}`);
  console.error('  → install it, or use the one of `npm run setup` in the checkout: npx dynamo-bench');
  process.exit(4);
}
// A third of the start time of a command is compilation of libraries.
module.enableCompileCache();
// A reader such as `head` closes the output when it has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  console.error(`error: Cannot write to standard output: ${error.message}`);
  console.error('  → free disk space, or redirect the output');
  process.exit(4);
});
const { run } = await import('./program.js');
await run();
