import assert from 'node:assert/strict';
import { reportFiles } from '../../../../reports/files.js';
import { fabricModels, MOST_FABRIC_MODELS } from '../../../../suite/kv/fabric-model.js';
import type { FittedKvModel } from '../../../../suite/kv/kv-model.js';
import type { TransportCell } from '../../../../suite/record/record.js';
import { parseNixlbenchTable } from '../../../../suite/tools/nixlbench/parse.js';
import { nixlbenchTransferSeconds } from '../../../../suite/tools/nixlbench/transfer-seconds.js';
import { batchCells, TRUE_COSTS } from '../../../support/batch-cells.js';
import { fixtureLines } from '../../../support/fixtures.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';

function modelsOf(cells: readonly TransportCell[]) {
  return fabricModels(suiteRecord('w', cells).tests).models;
}

function recorded(name: string, ceiling: number): TransportCell {
  return {
    ...measuredCell({ workflowId: 'w' }),
    ceiling: { bytesPerSecond: ceiling, nics: 1, explanation: 'of the path' },
    rows: parseNixlbenchTable(fixtureLines(`nixlbench/real/${name}.rank0.txt`)),
  };
}

function onlyFitted(cells: readonly TransportCell[]): FittedKvModel {
  const [fabric, ...others] = modelsOf(cells);
  assert.equal(others.length, 0);
  assert.equal(fabric?.model.status, 'fitted', JSON.stringify(fabric));
  return fabric?.model as FittedKvModel;
}

const between = (value: number | undefined, low: number, high: number) =>
  assert.ok(value !== undefined && value >= low && value <= high, `${value} is not from ${low} to ${high}`);

describe('the model of the fabric', () => {
  it('of a matrix over block and batch finds the costs of start, descriptor and byte', () => {
    const model = onlyFitted(batchCells());
    assert.equal(model.form, 'separate');
    between(model.post?.value, TRUE_COSTS.post * 0.97, TRUE_COSTS.post * 1.03);
    between(model.start.value, TRUE_COSTS.start * 0.9, TRUE_COSTS.start * 1.1);
    between(1 / model.perByte.value, TRUE_COSTS.rate * 0.97, TRUE_COSTS.rate * 1.03);
    assert.ok(model.residualDeviation < 0.015);
  });

  it('joins the variants of a matrix, with the times of each block and batch', () => {
    const [cell] = batchCells();
    assert.ok(cell);
    const variants = [1, 4, 16, 64].map((batch, i) => ({
      ...cell,
      test: `lf-v${i + 1}`,
      parameters: { ...cell.parameters, name: `lf-v${i + 1}`, startBatchSize: batch, maxBatchSize: batch },
      rows: cell.rows.filter(({ batchSize }) => batchSize === batch),
    }));
    const [fabric, ...others] = modelsOf(variants);
    assert.equal(others.length, 0);
    assert.deepEqual(fabric?.tests, ['lf-v1', 'lf-v2', 'lf-v3', 'lf-v4']);
    assert.equal(fabric?.times.length, cell.rows.length);
    assert.deepEqual(fabric?.model, modelsOf([cell])[0]?.model);
  });

  it('of tests over different back ends is one each', () => {
    const cells = batchCells();
    const others = cells.map((cell) => ({ ...cell, test: 'ucx', parameters: { ...cell.parameters, backend: 'UCX' } }));
    assert.deepEqual(
      modelsOf([...cells, ...others]).map(({ tests }) => tests),
      [['nixl-libfabric'], ['ucx']],
    );
  });

  it('of recorded transfers between two H200 over NVLink has a residual deviation of 11 %, and a residual of 17 % at 512 KiB', () => {
    const model = onlyFitted([recorded('vram-over-nvlink', 450e9)]);
    assert.equal(model.form, 'one-count');
    between(model.start.value, 21e-6, 23e-6);
    between(1 / model.perByte.value, 400e9, 450e9);
    between(model.residualDeviation, 0.105, 0.115);
    assert.equal(model.largestResidual.bytes, 2 ** 19);
    between(model.largestResidual.share, 0.16, 0.18);
  });

  it('of recorded transfers between two H200 over TCP has a rate and hardly a start, and a residual deviation of 7 %', () => {
    const model = onlyFitted([recorded('vram-over-tcp', 50e9)]);
    assert.equal(model.form, 'one-count');
    between(1 / model.perByte.value, 380e6, 400e6);
    assert.equal(model.start.low, 0);
    between(model.start.high, 0, 1e-3);
    between(model.residualDeviation, 0.06, 0.075);
    assert.equal(model.largestResidual.bytes, 2 ** 22);
    between(model.largestResidual.share, -0.11, -0.09);
  });

  it('does not exist for invalid cells, cells on one node, rows above the ceiling, and fewer than three rows', () => {
    const [cell] = batchCells();
    assert.ok(cell);
    const none = [
      { ...cell, warmUp: true },
      { ...cell, parameters: { ...cell.parameters, placement: 'same-node' } },
      { ...cell, ceiling: { bytesPerSecond: 1e3, nics: 1, explanation: 'slow' } },
      { ...cell, rows: cell.rows.slice(0, 2) },
      { ...cell, parameters: { ...cell.parameters, tool: 'ucx-perftest' } },
      { ...cell, parameters: { ...cell.parameters, options: { pipeline_depth: 4 } } },
    ];
    for (const one of none) assert.deepEqual(modelsOf([one]), []);
  });

  it('is fitted for the first groups only, so that the report of many tests stays small', () => {
    const [cell] = batchCells();
    assert.ok(cell);
    const many = Array.from({ length: MOST_FABRIC_MODELS + 2 }, (_, i) => ({
      ...cell,
      test: `t${i}`,
      parameters: { ...cell.parameters, progressThreads: i },
    }));
    const { models, omitted } = fabricModels(suiteRecord('w', many).tests);
    assert.deepEqual([models.length, omitted], [MOST_FABRIC_MODELS, 2]);
    const made = reportFiles({ record: suiteRecord('w', many), complete: true, history: [] });
    for (const name of ['report.md', 'report.html'] as const) assert.match(made[name], /2 more groups of tests/);
  });
});

describe('the time of one transfer of nixlbench', () => {
  const row = { blockSize: 2 ** 20, batchSize: 8, bytesPerSecond: 2 ** 23 };

  it('is block × batch ÷ bandwidth', () => {
    assert.equal(nixlbenchTransferSeconds({ numThreads: 1 }, row), 1);
  });

  it('is unknown when several transfers are in flight', () => {
    for (const more of [
      { numThreads: 2 },
      { numInitiatorDev: 2 },
      { numTargetDev: 2 },
      { options: { pipeline_depth: 2 } },
    ]) {
      assert.equal(nixlbenchTransferSeconds(more, row), undefined);
    }
    assert.equal(nixlbenchTransferSeconds({}, { ...row, bytesPerSecond: 0 }), undefined);
  });
});
