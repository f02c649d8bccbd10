import assert from 'node:assert/strict';
import type { CellDefinition } from '../../../../activities/cells/cell-definition.js';
import { cellKey } from '../../../../activities/cells/cell-key.js';
import { judgeCellActivities } from '../../../../activities/cells/judge-cell.js';
import { recordCellActivities } from '../../../../activities/cells/record-cell.js';
import { isInferenceCell } from '../../../../results/records/any-cell.js';
import { ethernet } from '../../../../suite/fabrics/ethernet/ceiling.js';
import type { RankRecord } from '../../../../suite/record/record.js';
import { parseSpec } from '../../../../suite/spec/spec.js';
import { expectedNixlbenchRows } from '../../../../suite/tools/nixlbench/expect.js';
import type { NixlbenchSpec } from '../../../../suite/tools/nixlbench/spec.js';
import { framed, nixlbenchLog } from '../../../support/evidence.js';
import { suiteRecord } from '../../../support/records.js';
import { FORBIDDEN, PLAIN_SECRET, SECRET_VALUES } from '../../../support/secrets.js';
import { findCell, readRun, startRun } from '../../../support/stored.js';
import { temporaryStore } from '../../../support/temporary-store.js';

const spec = parseSpec({ name: 's', tests: [{ name: 'lf', tool: 'nixlbench', backend: 'LIBFABRIC' }] });
const test = spec.tests[0] as NixlbenchSpec;
const FABRIC = ethernet(62_500_000, 'the spec');
const CELL: CellDefinition = {
  test,
  variant: '',
  settings: { resources: spec.resources, cluster: spec.cluster, tolerations: [], environment: {} },
  pair: { node1: 'gpu-1', node2: 'gpu-2' },
  repetition: 1,
  warmUp: false,
  imageIds: ['sha256:1'],
  fabric: FABRIC,
};
const RUN = { workflowId: 'w', runId: 'run-w', key: 'k', namespace: 'n', leaseNamespace: 'n', retryFor: 60 };
const ROWS = expectedNixlbenchRows(test).length;

describe('recording a cell', () => {
  const at = temporaryStore();

  async function storedRanks(): Promise<RankRecord[]> {
    return Promise.all(
      (['node2', 'node1'] as const).map(async (position, rank) => ({
        position,
        pod: `pod-${position}`,
        node: position === 'node1' ? 'gpu-1' : 'gpu-2',
        image: 'i',
        imageId: 'sha256:1',
        exitCode: 0,
        endedBySuite: false,
        command: [],
        log: await at.store.saveLog(
          'w',
          `lf/r1-a1/${position}.log`,
          framed(nixlbenchLog(test, rank === 0 ? 0 : 1, 0.05)),
        ),
      })),
    );
  }

  async function judged() {
    const ranks = await storedRanks();
    const circumstances = { fabric: FABRIC, networkInterface: 'eth0', visibleNics: 1, timedOut: false };
    const judgement = await judgeCellActivities(at.context).judgeAttempt({ run: RUN, test, ranks, circumstances });
    const time = '2026-01-01T00:00:00.000Z';
    return { judgement, attempt: { number: 1, group: 'g', startedAt: time, endedAt: time, timedOut: false, ranks } };
  }

  const rowsOfRecord = async () => {
    const cell = await findCell(at.store, 'w', cellKey(CELL));
    return cell && !isInferenceCell(cell) ? cell.rows.length : undefined;
  };

  it('reads the rows from the evidence, so that they do not pass through the workflow', async () => {
    const { judgement, attempt } = await judged();
    assert.equal(judgement.rows, undefined);
    assert.ok(judgement.measurement);
    await recordCellActivities(at.context).recordCell({
      run: RUN,
      cell: CELL,
      seed: 1,
      judgement,
      attempts: [attempt],
    });
    assert.equal(await rowsOfRecord(), ROWS);
  });

  it('takes the rows of a judgement that has them: a worker of an earlier version made it, or nothing was judged', async () => {
    const { judgement, attempt } = await judged();
    const input = { run: RUN, cell: CELL, seed: 1, attempts: [attempt] };
    await recordCellActivities(at.context).recordCell({ ...input, judgement: { ...judgement, rows: [] } });
    assert.equal(await rowsOfRecord(), 0);
  });

  it('records no secret, wherever it came from', async () => {
    const { judgement, attempt } = await judged();
    const { ranks } = attempt;
    const leaking = ranks.map((rank) => ({
      ...rank,
      command: ['tool', '--api-key', PLAIN_SECRET],
      environment: { HF_TOKEN: PLAIN_SECRET, A: SECRET_VALUES['GitHub token'] ?? '' },
    }));
    const reasons = [{ code: 'measured', message: `failed: PGPASSWORD=${PLAIN_SECRET}` } as const];
    await recordCellActivities(at.context).recordCell({
      run: RUN,
      cell: CELL,
      seed: 1,
      judgement: { ...judgement, reasons },
      attempts: [{ ...attempt, ranks: leaking }],
    });
    const cell = await findCell(at.store, 'w', cellKey(CELL));
    assert.ok(JSON.stringify(cell).includes('PGPASSWORD='));
    assert.doesNotMatch(JSON.stringify(cell), FORBIDDEN);
  });

  it('makes it a cell of its run', async () => {
    const { endedAt, tests, ...started } = suiteRecord('w', []);
    await startRun(at.store, {
      ...started,
      tests: [{ name: 'lf', tool: 'nixlbench', required: true, verdict: 'skipped' }],
    });
    const { judgement, attempt } = await judged();
    await recordCellActivities(at.context).recordCell({
      run: RUN,
      cell: CELL,
      seed: 1,
      judgement,
      attempts: [attempt],
    });
    const { record } = await readRun(at.store, 'w');
    assert.deepEqual(
      record.tests.map(({ cells }) => cells.map(({ key, nodes }) => [key, nodes])),
      [[[cellKey(CELL), ['gpu-1', 'gpu-2']]]],
    );
  });
});
