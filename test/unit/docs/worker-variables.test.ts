import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ROOT } from '../../../docs/generator/pages.js';
import { WORKER_VARIABLES } from '../../../worker/config.js';

/** Variables of libraries, which the table names by their beginning. */
const LIBRARIES = /^(TEMPORAL|OTEL)_/;

describe('the table of the worker’s environment variables', () => {
  it('has every variable of the worker’s configuration, and no other', async () => {
    const page = await readFile(`${ROOT}docs/cluster-set-up.md`, 'utf8');
    const table = /\n\| Variable .*\n\|[ -|]*\n((?:\|.*\n)+)/.exec(page)?.[1] ?? '';
    const documented = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
    const own = documented.flatMap(([, name]) => (name === undefined || LIBRARIES.test(name) ? [] : [name]));
    assert.deepEqual(own.sort(), [...WORKER_VARIABLES].sort());
  });
});
