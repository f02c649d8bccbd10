import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heaps of the worker and of its workflow thread small. By default V8 lets both grow with the memory of the
 * machine to gain speed, which a worker that mostly waits for clusters does not need. `make bench` prints the worker's
 * memory.
 */
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--max-semi-space-size=1');
