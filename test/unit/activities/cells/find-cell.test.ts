import assert from 'node:assert/strict';
import type { CellDefinition } from '../../../../activities/cells/cell-definition.js';
import { cellKey } from '../../../../activities/cells/cell-key.js';
import { findCellActivities } from '../../../../activities/cells/find-cell.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { measuredCell, runOf } from '../../../support/records.js';
import { findCell, saveCell } from '../../../support/stored.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const spec = parseSpec({ name: 's', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] });
const { resources, cluster, nodes, fabric } = spec;
const [test] = spec.tests;
assert.ok(test);

const CELL: CellDefinition = {
  test,
  variant: '',
  settings: { resources, cluster, tolerations: nodes.tolerations, environment: {} },
  pair: { node1: 'gpu-1', node2: 'gpu-2' },
  repetition: 1,
  warmUp: false,
  imageIds: ['sha256:1'],
  fabric,
};

const measured = (workflowId: string, attempt = 1) =>
  measuredCell({ workflowId, test: 'lf', key: cellKey(CELL), attempt });
const failed = (workflowId: string) => ({
  ...measured(workflowId),
  failure: { class: 'PodLost', message: 'gone', hint: 'again' },
});

describe('a recorded cell', () => {
  const at = temporaryStore();

  function find(workflowId: string, resumeFrom?: string, cell = CELL) {
    const run = { workflowId, runId: 'r', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
    return findCellActivities(at.context).findCell({ run, cell, resumeFrom });
  }

  it('is not run again under the same workflow id, unless it failed; then attempts are numbered on', async () => {
    await saveCell(at.store, runOf('good'), measured('good'));
    await saveCell(at.store, runOf('bad'), failed('bad'));
    const { cell, attempts } = await find('good');
    assert.deepEqual([cell?.takenOver, cell?.measurement?.value, attempts], [true, 46e9, 1]);
    assert.deepEqual(await find('bad'), { attempts: 1 });
    assert.deepEqual(await find('other'), { attempts: 0 });
  });

  it('is taken over, whole, from the run that the spec names and from no other', async () => {
    await saveCell(at.store, runOf('monday'), measured('monday'));
    assert.deepEqual(await find('wednesday', 'tuesday'), { attempts: 0 });
    assert.equal((await find('tuesday', 'monday')).cell?.takenOver, true);
    assert.deepEqual(await findCell(at.store, 'tuesday', cellKey(CELL)), measured('monday'));
  });

  it('is not taken over when it failed there', async () => {
    await saveCell(at.store, runOf('monday'), failed('monday'));
    await saveCell(at.store, runOf('tuesday'), failed('tuesday'));
    assert.deepEqual(await find('tuesday', 'monday'), { attempts: 1 });
    await saveCell(at.store, runOf('monday'), measured('monday', 2));
    assert.equal((await find('tuesday', 'monday')).cell?.measurement?.value, 46e9);
  });

  it('is another one when anything changed that defines it, and not when only its treatment did', async () => {
    await saveCell(at.store, runOf('w'), measured('w'));
    for (const changed of [
      { imageIds: ['sha256:2'] },
      { pair: { node1: 'gpu-1', node2: 'gpu-3' } },
      { fabric: { kind: 'ethernet', rate: 1 } },
      { repetition: 2 },
      { warmUp: true },
      { test: { ...test, timeout: 1, required: false, maxBatchSize: 2 } as typeof test },
    ]) {
      assert.deepEqual(await find('w', undefined, { ...CELL, ...changed }), { attempts: 0 }, JSON.stringify(changed));
    }
    const treatment = { ...test, timeout: 1, required: false, claimed: { value: 1, source: 's' } } as typeof test;
    assert.ok((await find('w', undefined, { ...CELL, test: treatment })).cell);
  });
});
