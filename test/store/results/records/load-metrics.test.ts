import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readReport } from '../../../../reports/model/assemble.js';
import { exportLines } from '../../../../results/exchange/export.js';
import { importLines } from '../../../../results/exchange/import.js';
import { dropRuns } from '../../../../results/maintenance/retention.js';
import { readHistory, resolveMetric } from '../../../../results/records/history.js';
import { compareRun } from '../../../../results/regression/compare-run.js';
import type { ResultStore } from '../../../../results/store.js';
import type { DynamoRecord } from '../../../../suite/record/inference-record.js';
import type { SuiteRecord } from '../../../../suite/record/record.js';
import type { ExampleLoadOptions } from '../../../support/example-load.js';
import { nightlyRun, recordNights } from '../../../support/nights.js';
import { runs, saveRun } from '../../../support/stored.js';
import { onBothDatabases } from '../../../support/stores.js';

const nights = (from: number, to: number, load: ExampleLoadOptions = {}) =>
  Array.from({ length: to - from }, (_, i) => ({ night: from + i, load }));
const compare = (store: ResultStore, record: SuiteRecord, minimalDifference = 0.03) =>
  store.use((kysely) => compareRun(kysely, record, { threshold: minimalDifference }));
const changeOf = ({ metrics }: Awaited<ReturnType<typeof compare>>, metric: string) =>
  metrics.find((candidate) => candidate.metric === metric);

async function linesOf(store: ResultStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(store)) lines.push(line);
  return lines;
}

onBothDatabases('metrics of phase 3', (kind) => {
  it('are followed from night to night, by load point', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 3));
    const histories = await store.use((kysely) => readHistory(kysely, { suite: 'p5' }));
    const ofPoint = (metric: string) => histories.find((history) => history.metric === metric);
    assert.deepEqual(
      ['ttft', 'ttft-p99', 'itl', 'throughput'].map((metric) => ofPoint(`disaggregated/${metric}/c16`)?.unit),
      ['seconds', 'seconds', 'seconds', 'tokens per second'],
    );
    assert.equal(ofPoint('disaggregated/ttft/c16')?.points.length, 3);
    assert.equal(ofPoint('disaggregated/ttft/c16')?.points[0]?.values.length, 3);
    assert.equal(await store.use((kysely) => resolveMetric(kysely, 'p5', 'disaggregated')), 'disaggregated/ttft/c1');
    assert.equal(ofPoint('no-control/ttft/c64'), undefined, 'a point whose load was not what it should be');
  });

  it('regress when TTFT rises and improve when it falls, as far as the difference is relevant', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 8));
    const slower = nightlyRun({ night: 8, load: { slower: 1.5 } });
    const regressed = await compare(store, slower);
    assert.equal(regressed.change, 'regressed');
    assert.equal(changeOf(regressed, 'disaggregated/ttft/c1')?.change, 'regressed');
    assert.equal(changeOf(regressed, 'disaggregated/throughput/c64')?.change, 'regressed');
    assert.equal(changeOf(await compare(store, slower, 0.9), 'disaggregated/ttft/c1')?.change, 'unchanged');
    const faster = await compare(store, nightlyRun({ night: 8, load: { slower: 0.6 } }));
    assert.equal(changeOf(faster, 'disaggregated/ttft/c1')?.change, 'improved');
    const same = await compare(store, nightlyRun({ night: 8, load: {} }));
    assert.equal(same.change, 'unchanged', same.reason);
  });

  it('are not compared with those of another model, and the field is named', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 5));
    const record = nightlyRun({ night: 5, load: {} });
    const dynamo: DynamoRecord = { ...(record.dynamo as DynamoRecord), model: 'other' };
    const change = changeOf(await compare(store, { ...record, dynamo }), 'disaggregated/ttft/c1');
    assert.equal(change?.change, 'inconclusive');
    assert.match(change?.reason ?? '', /model was meta-llama\S+ and is other/);
  });

  it('of a simulated engine are series of their own', async () => {
    const store = await kind.create();
    await recordNights(store, [...nights(0, 4), ...nights(4, 6, { engine: 'mocker' })]);
    const histories = await store.use((kysely) => readHistory(kysely, { suite: 'p5' }));
    const ofMetric = (metric: string) => histories.find((history) => history.metric === metric);
    assert.equal(ofMetric('disaggregated/ttft/c1')?.points.length, 4);
    assert.equal(ofMetric('disaggregated/simulated-ttft/c1')?.points.length, 2);
    assert.equal(ofMetric('disaggregated/simulated-ttft/c1')?.simulated, true);
  });

  it('in the report of a run are TTFT of the idle and throughput of the full cluster', async () => {
    const store = await kind.create();
    await recordNights(store, nights(0, 3));
    const { history } = await store.use((kysely) => readReport(kysely, 'nightly-002'));
    assert.deepEqual(
      history.map(({ metric }) => metric),
      [
        'aggregated/throughput/c64',
        'aggregated/ttft/c1',
        'disaggregated/throughput/c64',
        'disaggregated/ttft/c1',
        'nixl-libfabric/bandwidth',
        'no-control/throughput/c16',
        'no-control/ttft/c1',
      ],
    );
  });

  it('survive export and import, and go with the last run that needs them', async () => {
    const store = await kind.create();
    const [record] = await recordNights(store, nights(0, 1));
    const lines = await linesOf(store);
    const copy = await kind.create();
    await importLines(
      copy,
      (async function* () {
        for (const line of lines) yield line.trimEnd();
      })(),
      { label: 'x.jsonl', trust: true },
    );
    assert.deepEqual(await linesOf(copy), lines);
    const run = await copy.use((kysely) => readReport(kysely, 'nightly-000'));
    assert.deepEqual(run.record.dynamo, record?.dynamo);
    assert.deepEqual(run.record.tests, record?.tests, 'load cells are no cells of transport tests');
    await dropRuns(copy, await runs(copy));
    const left = await copy.use((kysely) => kysely.selectFrom('cell').select('seq').execute());
    assert.deepEqual(left, []);
  });

  it('come with the evidence of points that were taken over', async () => {
    const store = await kind.create();
    const log = await store.saveLog('earlier', 'disaggregated/c1-r1/load.log', 'what AIPerf said');
    const record = nightlyRun({ night: 0, load: { repetitions: 1, concurrencies: [1] } });
    const dynamo = record.dynamo as DynamoRecord;
    const tests = dynamo.tests.map((test) => ({
      ...test,
      cells: test.cells.map((cell) => ({ ...cell, evidence: test.name === 'disaggregated' ? [log] : [] })),
    }));
    const folder = await saveRun(store, { ...record, dynamo: { ...dynamo, tests } });
    assert.equal(await readFile(join(folder, log.path), 'utf8'), 'what AIPerf said');
  });
});
