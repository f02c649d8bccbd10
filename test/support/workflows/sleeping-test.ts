/** The real suite, with another version of its test. */
export { benchmarkSuite } from '../../../workflows/suite/benchmark-suite.js';
export { transportTest } from './sleeping-suite.js';
