#!/usr/bin/env node
import module from 'node:module';

/**
 * Oldest Node.js version that the Kubernetes client supports. Keep this file loadable on older ones, so that it can
 * report them.
 */
const REQUIRED = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(`error: dynamo-bench needs Node.js ${REQUIRED.join('.')} or newer; this is ${process.versions.node}`);
  console.error('  → Install it, or use the version that `npm run setup` installs in the checkout: npx dynamo-bench');
  process.exit(4);
}
// Without the cache, compiling the libraries takes a third of the start time of a command.
module.enableCompileCache();
// A reader such as `head` closes the pipe early; that is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  console.error(`error: Cannot write to standard output: ${error.message}`);
  console.error('  → Free disk space, or redirect the output');
  process.exit(4);
});
const { run } = await import('./program.js');
await run();
