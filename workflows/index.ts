/** Workflow types that a worker serves, under the names by which users start them. */

/** `sweep` is the former name of `cleanup`; schedules and recorded histories use it. */
export { cleanup, cleanup as sweep } from './cleanup.js';
export { inferenceTest } from './inference/inference-test.js';
export { benchmarkSuite } from './suite/benchmark-suite.js';
export { transportTest } from './transport/transport-test.js';
