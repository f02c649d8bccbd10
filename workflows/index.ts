/** The workflow types that a worker serves, by the names that users start them with. */

export { inferenceTest } from './inference/inference-test.js';
export { benchmarkSuite } from './suite/benchmark-suite.js';
export { sweep } from './sweep.js';
export { transportTest } from './transport/transport-test.js';
