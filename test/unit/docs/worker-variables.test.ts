import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ROOT } from '../../../docs/generator/pages.js';
import { WORKER_VARIABLES } from '../../../worker/config.js';

/** Variables of Temporal's library, as the table names all of them. */
const TEMPORAL = 'TEMPORAL_…';

describe('the table of the worker’s environment variables', () => {
  it('has every variable of the worker’s configuration, and no other', async () => {
    const page = await readFile(`${ROOT}docs/cluster-set-up.md`, 'utf8');
    const table = /\n\| Variable .*\n\|[ -|]*\n((?:\|.*\n)+)/.exec(page)?.[1] ?? '';
    const documented = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
    assert.deepEqual(documented.map(([, name]) => name).sort(), [TEMPORAL, ...WORKER_VARIABLES].sort());
  });
});
