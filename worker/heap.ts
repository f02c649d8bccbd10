import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heaps of the worker, and of the thread that its workflows run in, small. V8 would let both grow with the memory
 * of the machine, for a speed that nobody needs who waits for clusters. `make bench` prints the worker's memory.
 */
setFlagsFromString('--optimize-for-size');
setFlagsFromString('--max-semi-space-size=1');
