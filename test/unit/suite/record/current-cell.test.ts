import assert from 'node:assert/strict';
import { cellProblems, currentCell, isReadableCell } from '../../../../suite/record/current-cell.js';
import type { InferenceCell } from '../../../../suite/record/inference-record.js';
import { exampleDynamo } from '../../../support/example-load.js';
import { measuredCell } from '../../../support/records.js';

/** A transport cell and an inference cell as version 1 wrote them. */
function formerCells(): [object, object] {
  const { kind: _, nodes: __, ...transport } = measuredCell({ workflowId: 'w' });
  const [cell] = exampleDynamo().tests.flatMap(({ cells }) => cells) as [InferenceCell];
  const { kind: ___, nodes: ____, version: _____, ...inference } = cell;
  return [
    { ...transport, version: 1, pair: { node1: 'a', node2: 'b' }, parameters: { environment: { A: '1' } } },
    { ...inference, pretendedRate: 5 },
  ];
}

describe('a cell of version 1', () => {
  it('is read under the current names', () => {
    const [transport, inference] = formerCells().map(currentCell);
    assert.deepEqual([transport?.kind, transport?.nodes], ['transport', ['a', 'b']]);
    assert.deepEqual((transport as { parameters?: unknown }).parameters, { env: { A: '1' } });
    assert.deepEqual([inference?.kind, inference?.nodes], ['inference', ['gpu-2', 'gpu-1']]);
    assert.equal((inference as InferenceCell).simulatedRate, 5);
    for (const cell of [transport, inference])
      assert.ok(cell && !('pair' in cell) && !('pretendedRate' in cell) && cell.version === 2);
  });

  it('is whole, and one that lacks something is not', () => {
    for (const cell of formerCells()) assert.deepEqual(cellProblems(cell), []);
    const [{ ...cell }] = formerCells();
    Reflect.deleteProperty(cell, 'rows');
    assert.deepEqual(
      cellProblems(cell).map(({ path }) => path),
      [['rows']],
    );
  });
});

it('a cell of the current version stays as it is, one of an unknown version is not readable', () => {
  const cell = measuredCell({ workflowId: 'w' });
  assert.equal(currentCell(cell), cell);
  assert.equal(isReadableCell({ ...cell, version: 3 }), false);
  assert.equal(isReadableCell(null), false);
});
