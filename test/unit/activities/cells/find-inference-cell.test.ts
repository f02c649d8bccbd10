import assert from 'node:assert/strict';
import type { InferenceCellDefinition } from '../../../../activities/cells/cell-definition.js';
import { inferenceCellKey } from '../../../../activities/cells/cell-key.js';
import { findCellActivities } from '../../../../activities/cells/find-cell.js';
import { headOf } from '../../../../results/records/runs.js';
import type { InferenceCell } from '../../../../suite/record/inference-record.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { exampleDynamo } from '../../../support/example-load.js';
import { runOf, suiteRecord } from '../../../support/records.js';
import { readRun, saveCell, startRun } from '../../../support/stored.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const { dynamo } = parseSpec({
  name: 's',
  tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }],
  dynamo: { model: { name: 'm' }, load: { image: 'aiperf:1' }, tests: [{ name: 'load', tool: 'inference' }] },
});
const [test] = dynamo?.tests ?? [];
assert.ok(dynamo && test);

const CELL: InferenceCellDefinition = {
  dynamo,
  test,
  point: { concurrency: 4, repetition: 1 },
  pair: { node1: 'gpu-1', node2: 'gpu-2' },
  fabric: { kind: 'ethernet', lineRate: 62_500_000, nics: 1, gpus: 0, nicsPerGpu: 1, source: 'the spec' },
};

function measured(imageIds: readonly string[], more: Partial<InferenceCell> = {}): InferenceCell {
  const [cell] = exampleDynamo().tests.flatMap(({ cells }) => cells);
  assert.ok(cell);
  const pods = imageIds.map((imageId, at) => ({
    role: 'decode',
    pod: `d${at}`,
    node: 'gpu-1',
    image: 'engine:1',
    imageId,
  }));
  return { ...cell, key: inferenceCellKey(CELL), test: CELL.test.name, ...CELL.point, pods, ...more };
}

describe('a recorded load point', () => {
  const at = temporaryStore();

  function find(workflowId: string, more: { resumeFrom?: string; imageIds?: string[]; runId?: string } = {}) {
    const { runId = 'r', ...input } = more;
    const run = { workflowId, runId, key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
    return findCellActivities(at.context).findLoadCell({
      run,
      cell: CELL,
      imageIds: [],
      ...input,
    });
  }

  it('is not run again, unless it failed', async () => {
    const failure = { class: 'PodLost', message: 'gone', hint: 'again' };
    await saveCell(at.store, runOf('good'), measured(['sha256:1']));
    await saveCell(at.store, runOf('bad'), measured(['sha256:1'], { failure }));
    assert.equal((await find('good'))?.takenOver, true);
    assert.equal(await find('bad'), undefined);
    assert.equal(await find('tuesday', { resumeFrom: 'bad' }), undefined);
    assert.equal((await find('tuesday', { resumeFrom: 'good' }))?.takenOver, true);
  });

  it('is of another deployment when the images that run now have other digests', async () => {
    await saveCell(at.store, runOf('monday'), measured(['sha256:1', 'sha256:2', 'sha256:2']));
    const found = async (imageIds: string[], resumeFrom?: string) =>
      (await find(resumeFrom ? 'tuesday' : 'monday', { imageIds, ...(resumeFrom ? { resumeFrom } : {}) })) !==
      undefined;
    assert.equal(await found(['sha256:2', 'sha256:1']), true);
    assert.equal(await found(['sha256:1', 'sha256:3']), false);
    assert.equal(await found(['sha256:1', 'sha256:3'], 'monday'), false);
    assert.equal(await found(['sha256:1']), false, 'one image less');
    assert.equal(await found(['']), true, 'no digest is known');
  });

  it('leaves the run when the images have changed since it was found', async () => {
    await saveCell(at.store, runOf('monday'), measured(['sha256:1']));
    const { endedAt, tests, ...started } = suiteRecord('tuesday', [], {
      dynamo: {
        ...exampleDynamo(),
        tests: exampleDynamo()
          .tests.map((one) => ({ ...one, name: CELL.test.name }))
          .slice(0, 1),
      },
    });
    await startRun(at.store, headOf({ ...started, tests: [], endedAt }));
    const cells = async () => {
      const { record } = await readRun(at.store, 'tuesday');
      return record.dynamo?.tests.flatMap((test) => test.cells.map(({ key }) => key));
    };
    const found = (imageIds: string[]) => find('tuesday', { resumeFrom: 'monday', imageIds, runId: started.runId });
    assert.equal((await found([]))?.takenOver, true);
    assert.equal((await cells())?.length, 1);
    assert.equal(await found(['sha256:3']), undefined);
    assert.deepEqual(await cells(), []);
  });
});
