/** Version of dynamo-bench, as in package.json; part of every record. */
export const SUITE_VERSION = '0.1.0';
