/** The workflow types that a worker serves, by the names that users start them with. */
export { benchmarkSuite } from './benchmark-suite.js';
export { inferenceTest } from './inference-test.js';
export { sweep } from './sweep.js';
export { transportTest } from './transport-test.js';
