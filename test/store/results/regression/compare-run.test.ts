import assert from 'node:assert/strict';
import { reportFiles } from '../../../../reports/files.js';
import { readReport } from '../../../../reports/model/assemble.js';
import { resolveRun } from '../../../../results/records/run-names.js';
import { acknowledge } from '../../../../results/regression/acknowledgements.js';
import { acceptBaseline, listBaselines, removeBaseline } from '../../../../results/regression/baselines.js';
import { compareRun } from '../../../../results/regression/compare-run.js';
import { putComparison } from '../../../../results/regression/run-comparison.store.js';
import type { ResultStore } from '../../../../results/store.js';
import type { SuiteRecord, TransportCell } from '../../../../suite/record/record.js';
import { failureOfClass } from '../../../support/failure-of-class.js';
import { nightlyRun, recordNights } from '../../../support/nights.js';
import { onBothDatabases } from '../../../support/stores.js';

const METRIC = 'nixl-libfabric/bandwidth';
const nights = (from: number, to: number, bandwidth?: number) =>
  Array.from({ length: to - from }, (_, i) => ({ night: from + i, ...(bandwidth ? { bandwidth } : {}) }));

const compare = (store: ResultStore, record: SuiteRecord, options?: Parameters<typeof compareRun>[2]) =>
  store.use((kysely) => compareRun(kysely, record, options));
const changeOf = (comparison: Awaited<ReturnType<typeof compare>>, metric = METRIC) =>
  comparison.metrics.find((candidate) => candidate.metric === metric);

onBothDatabases('a run against its baseline', (kind) => {
  it('is unchanged when nothing changed, and regressed after a drop, against the last comparable runs', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 12));
    const same = await compare(store, nightlyRun({ night: 12 }));
    assert.equal(same.change, 'unchanged', same.reason);
    assert.equal(same.baseline.runs.length, 10);
    assert.equal(same.baseline.runs[0]?.workflowId, 'nightly-011');
    const slower = await compare(store, nightlyRun({ night: 12, bandwidth: 42e9 }));
    assert.equal(slower.change, 'regressed');
    assert.match(slower.reason, /^nixl-libfabric\/bandwidth is /);
    assert.equal(changeOf(slower)?.change, 'regressed');
    assert.equal(changeOf(slower)?.since?.workflowId, 'nightly-012');
    const faster = await compare(store, nightlyRun({ night: 12, bandwidth: 49e9 }));
    assert.equal(faster.change, 'improved');
  });

  it('lets the event loop turn after each metric, so that a worker sends its heartbeats', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 5));
    let [turns, compared] = [0, false];
    const turn = () => {
      turns++;
      if (!compared) setImmediate(turn);
    };
    setImmediate(turn);
    const { metrics } = await compare(store, nightlyRun({ night: 5 })).finally(() => {
      compared = true;
    });
    assert.ok(metrics.length > 1);
    assert.ok(turns >= metrics.length, `${turns} turns for ${metrics.length} metrics`);
  });

  it('reports a change until it is acknowledged, and names its first night', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 12));
    for (const night of nights(12, 20, 42e9)) {
      const [record] = await recordNights(store, [night]);
      assert.ok(record);
      const comparison = await compare(store, record);
      assert.equal(comparison.change, 'regressed', record.workflowId);
      await store.use((kysely) => putComparison(kysely, record, comparison));
    }
    const tonight = nightlyRun({ night: 20, bandwidth: 42e9 });
    const before = await compare(store, tonight);
    assert.equal(changeOf(before)?.since?.workflowId, 'nightly-012');
    await store.use(async (kysely) => {
      const run = await resolveRun(kysely, 'nightly-012');
      for (const { metric } of before.metrics) {
        await acknowledge(kysely, run, { metric, reason: 'EFA driver 2.16', at: '2026-01-21T09:00:00.000Z' });
      }
    });
    const known = await compare(store, tonight);
    assert.notEqual(known.change, 'regressed', known.reason);
    assert.equal(changeOf(known)?.acknowledged, 'EFA driver 2.16');
    const worse = await compare(store, nightlyRun({ night: 20, bandwidth: 38e9 }));
    assert.equal(worse.change, 'regressed', 'a further drop is not what was acknowledged');
  });

  it('compares with an accepted baseline by name, independent of later runs', async () => {
    const store = await kind.create();
    await recordNights(store, [{ night: 0, repetitions: 8 }, ...nights(1, 6, 42e9)]);
    await store.use(async (kysely) => {
      await acceptBaseline(kysely, await resolveRun(kysely, 'nightly-000'), {
        name: 'golden',
        reason: 'first night on P5',
        at: '2026-01-01T08:00:00.000Z',
      });
    });
    const tonight = nightlyRun({ night: 6, bandwidth: 42e9, repetitions: 8 });
    const comparison = await compare(store, tonight, { baseline: 'golden' });
    assert.equal(comparison.change, 'regressed');
    assert.deepEqual(
      comparison.baseline.runs.map(({ workflowId }) => workflowId),
      ['nightly-000'],
    );
    await assert.rejects(
      compare(store, tonight, { baseline: 'goldn' }),
      failureOfClass('NotFound', /did you mean "golden"/),
    );
    await store.use((kysely) => removeBaseline(kysely, 'p5', 'golden'));
    assert.deepEqual(await store.use((kysely) => listBaselines(kysely)), []);
  });

  it('compares with the default baseline unless set otherwise, and with the last runs on request', async () => {
    const store = await kind.create();
    await recordNights(store, [{ night: 0, repetitions: 8 }, ...nights(1, 8, 42e9)]);
    const accept = (name: string) =>
      store.use(async (kysely) =>
        acceptBaseline(kysely, await resolveRun(kysely, 'nightly-000'), {
          name,
          reason: '',
          at: '2026-01-01T08:00:00Z',
        }),
      );
    const tonight = nightlyRun({ night: 8, bandwidth: 42e9, repetitions: 8 });
    await accept('golden');
    assert.equal((await compare(store, tonight)).baseline.kind, 'rolling', 'nobody asked for golden');
    await accept('default');
    const comparison = await compare(store, tonight);
    assert.deepEqual([comparison.change, comparison.baseline.name], ['regressed', 'default']);
    assert.equal((await compare(store, tonight, { baseline: 'rolling' })).baseline.kind, 'rolling');
    await assert.rejects(accept('rolling'), failureOfClass('InvalidSpec', /"rolling"/));
  });

  it('is inconclusive against another instance type, and names the fields that differ', async () => {
    const store = await kind.create();
    const other = (cell: TransportCell): TransportCell => {
      assert.ok(cell.provenance);
      const moved = cell.provenance.nodes.map((node) => ({ ...node, instanceType: 'p5en.48xlarge' }));
      return { ...cell, provenance: { ...cell.provenance, nodes: moved } };
    };
    await recordNights(
      store,
      nights(0, 6).map((night) => ({ ...night, change: other })),
    );
    const comparison = await compare(store, nightlyRun({ night: 6, bandwidth: 42e9 }));
    assert.equal(comparison.change, 'inconclusive');
    assert.match(changeOf(comparison)?.reason ?? '', /instanceType was p5en\.48xlarge and is p5\.48xlarge/);
  });

  it('regresses when a NIC is lost, and says how many moved', async () => {
    const store = await kind.create();
    const carriedBy = (nics: number) => (cell: TransportCell) =>
      ({
        ...cell,
        ceiling: { bytesPerSecond: nics * 12.5e9, nics, explanation: `${nics} NICs that moved` },
        usableCeiling: { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' },
        path: { ...cell.path, devices: Object.fromEntries(Array.from({ length: nics }, (_, i) => [`rdmap${i}`, 1])) },
      }) as TransportCell;
    await recordNights(
      store,
      nights(0, 6).map((night) => ({ ...night, change: carriedBy(4) })),
    );
    const comparison = await compare(store, nightlyRun({ night: 6, bandwidth: 24e9, change: carriedBy(2) }));
    assert.equal(comparison.change, 'regressed');
    assert.match(changeOf(comparison)?.reason ?? '', /^\S+ % lower than the baseline; nicsThatMoved was 4 and is 2$/);
  });

  it('is inconclusive with too short a history', async () => {
    const store = await kind.create();
    assert.equal((await compare(store, nightlyRun({ night: 1 }))).change, 'inconclusive');
    await recordNights(store, nights(0, 1));
    const comparison = await compare(store, nightlyRun({ night: 1, bandwidth: 42e9 }));
    assert.equal(comparison.change, 'inconclusive');
    assert.match(comparison.reason, /too few values/);
  });

  it('is in the reports of the run, which stay the same when later runs follow', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 12));
    const [record] = await recordNights(store, nights(12, 13, 42e9));
    assert.ok(record);
    const comparison = await compare(store, record);
    await store.use((kysely) => putComparison(kysely, record, comparison));
    const first = reportFiles(await store.use((kysely) => readReport(kysely, 'nightly-012')));
    assert.match(first['report.html'], /badge regressed/);
    assert.match(first['report.html'], /nixl-libfabric\/bandwidth across runs/);
    await recordNights(store, nights(13, 20));
    assert.deepEqual(reportFiles(await kind.again(store).use((kysely) => readReport(kysely, 'nightly-012'))), first);
  });
});
