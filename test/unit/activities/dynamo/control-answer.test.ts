import assert from 'node:assert/strict';
import { controlAnswer } from '../../../../activities/dynamo/control-answer.js';
import { headOf } from '../../../../results/records/runs.js';
import type { InferenceCell } from '../../../../suite/record/inference-record.js';
import { exampleDynamo } from '../../../support/example-load.js';
import { runOf, suiteRecord } from '../../../support/records.js';
import { saveCell, startRun } from '../../../support/stored.js';
import { temporaryStore } from '../../../support/temporary-store.js';

/** A load point of the control. The key differs with the model. */
function cellOf(key: string, text: string, imageId = 'sha256:1'): InferenceCell {
  const [cell] = exampleDynamo().tests.flatMap(({ cells }) => cells);
  assert.ok(cell);
  const pods = [{ role: 'worker', pod: 'w', node: 'gpu-1', image: 'engine:1', imageId }];
  return { ...cell, key, test: 'control', pods, answer: { text } };
}

describe('the answer of the control', () => {
  const at = temporaryStore();

  /** Starts a run under one workflow id, and records these load points. */
  async function measured(runId: string, ...cells: InferenceCell[]) {
    const run = { ...runOf('nightly'), runId };
    await startRun(at.store, headOf(suiteRecord(run.workflowId, [], { runId })));
    for (const cell of cells) await saveCell(at.store, run, cell);
    return { ...run, key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
  }

  it('is one of this run, and not of an earlier one with another model', async () => {
    await measured('first', cellOf('a'.repeat(64), 'of another model'));
    const run = await measured('second');
    assert.equal(await controlAnswer(at.context, run, 'control', []), undefined);
    await saveCell(at.store, run, cellOf('b'.repeat(64), 'of this model'));
    assert.deepEqual(await controlAnswer(at.context, run, 'control', []), { text: 'of this model' });
    assert.equal(await controlAnswer(at.context, run, 'other', []), undefined);
  });

  it('is one of the same images', async () => {
    const run = await measured('third', cellOf('c'.repeat(64), 'of an older image'));
    assert.equal(await controlAnswer(at.context, run, 'control', ['sha256:2', 'sha256:2']), undefined);
    assert.deepEqual(await controlAnswer(at.context, run, 'control', ['sha256:1']), { text: 'of an older image' });
  });
});
