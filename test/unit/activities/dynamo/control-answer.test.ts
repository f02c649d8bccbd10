import assert from 'node:assert/strict';
import { compareWithControl, controlAnswer } from '../../../../activities/dynamo/control-answer.js';
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

  it('is compared with that of the test, or the reason is named why there is nothing to compare with', async () => {
    const run = await measured('fourth', cellOf('d'.repeat(64), 'Paris'));
    const compare = (text: string, control?: string, topology: 'aggregated' | 'disaggregated' = 'disaggregated') =>
      compareWithControl(at.context, { run, control, topology }, { answer: { text }, imageIds: ['sha256:1'] });
    assert.equal(await compare('Paris', 'control'), undefined);
    assert.equal(await compare('Rome', undefined, 'aggregated'), undefined);
    await assert.rejects(compare('Rome', 'control'), { class: 'AnswerDiffers', message: /"Rome" instead of "Paris"/ });
    assert.match((await compare('Rome'))?.message ?? '', /the test has no control/);
    const later = await compare('Rome', 'later');
    assert.equal(later?.code, 'answer-not-compared');
    assert.match(later?.message ?? '', /list later before this test/);
  });

  it('is one of the same images', async () => {
    const run = await measured('third', cellOf('c'.repeat(64), 'of an older image'));
    assert.equal(await controlAnswer(at.context, run, 'control', ['sha256:2', 'sha256:2']), undefined);
    assert.deepEqual(await controlAnswer(at.context, run, 'control', ['sha256:1']), { text: 'of an older image' });
  });
});
