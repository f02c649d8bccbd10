import assert from 'node:assert/strict';
import { firstTokenChart } from '../../../../reports/charts/first-token-chart.js';
import { networkChart } from '../../../../reports/charts/network-chart.js';
import { throughputChart } from '../../../../reports/charts/throughput-chart.js';
import { reportHtml } from '../../../../reports/html/html.js';
import { networkPointsOf } from '../../../../reports/model/network-points.js';
import type { DynamoRecord } from '../../../../suite/record/inference-record.js';
import type { SuiteRecord } from '../../../../suite/record/record.js';
import { formatDuration } from '../../../../suite/units/units.js';
import { exampleReport } from '../../../support/example-report.js';

const { record } = exampleReport();
const dynamo = record.dynamo as DynamoRecord;

/** The run with other times to first token of one test. */
function withFirstToken(name: string, p50: number): SuiteRecord {
  const tests = dynamo.tests.map((test) => ({
    ...test,
    cells: test.cells.map((cell) =>
      test.name === name && cell.load
        ? { ...cell, load: { ...cell.load, timeToFirstToken: { average: p50, p50 } } }
        : cell,
    ),
  }));
  return { ...record, dynamo: { ...dynamo, tests } };
}

const rowsOf = (text: string) => [...text.matchAll(/<tr><th scope="row">.*?<\/tr>/g)].map(([row]) => row);
const tips = (text: string) => [...text.matchAll(/<title>(.*?)<\/title>/g)].map(([, words = '']) => words);

describe('charts of phase 3', () => {
  const firstToken = firstTokenChart(record)?.text ?? '';
  const network = networkChart(record)?.text ?? '';
  const throughput = throughputChart(dynamo)?.text ?? '';

  it('have a line of their table for each point, with the spread of its repetitions', () => {
    assert.equal(rowsOf(firstToken).length, 11, 'three tests, four points, and one that does not count');
    assert.equal(rowsOf(throughput).length, 11);
    assert.match(
      rowsOf(firstToken)[4] ?? '',
      /disaggregated<\/th><td class="number">1<\/td><td class="number">303\.1 ms \(290\.5 ms to 305\.8 ms, 3 repetitions\)/,
    );
    assert.match(firstToken, /lowest to highest repetition/);
  });

  it('name the points that are left out, and why', () => {
    assert.match(firstToken, /no-control at concurrency 64 \(errors in 3 of 3 repetitions\)/);
    assert.doesNotMatch(tips(firstToken).join('\n'), /no-control, concurrency 64/);
  });

  it('say what was predicted of each test that transfers, and nothing of a control', () => {
    assert.match(firstToken, /KV transfer of disaggregated and no-control, predicted at the measured rate: 26\.03 ms/);
    assert.match(firstToken, /at the ceiling: 21\.47 ms/);
    assert.doesNotMatch(firstToken, /KV transfer of aggregated/);
  });

  it('begin at zero wherever something is compared by its length', () => {
    for (const text of [firstToken, network, throughput]) assert.match(text, />0(?: %)?<\/text>/);
  });

  it('show throughput of all, per GPU and per user, and the time between tokens', () => {
    for (const title of ['output of all users, tokens/s', 'output per GPU, tokens/s', 'output per user, tokens/s'])
      assert.ok(throughput.includes(`>${title}</text>`), title);
    assert.ok(throughput.includes('>time between tokens, median, ms</text>'));
  });

  it('distinguish measured values from bounds', () => {
    const [measured, bound] = [network, network].map((text, i) =>
      rowsOf(text).filter((row) => row.includes(i === 0 ? '<td>measured</td>' : '<td>a bound</td>')),
    );
    assert.equal(measured?.length, 4);
    assert.equal(bound?.length, 3);
    assert.match(network, /fill="url\(#network-w-p0\)"/);
    assert.ok(
      tips(network).some((words) =>
        /^disaggregated, concurrency 1, residual.*: 5\d\.\d+ ms \(1\d\.\d %\)$/.test(words),
      ),
    );
  });

  it('of parts add up to the measured TTFT', () => {
    const parts = tips(network).filter((words) => words.startsWith('disaggregated, concurrency 4,'));
    const shares = parts.map((words) => Number(/\((\d+\.\d) %\)/.exec(words)?.[1]));
    assert.equal(shares.length, 4);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 0.3, String(shares));
  });

  it('draw a prediction above what was measured as such, not as a part of it', () => {
    const text = networkChart(withFirstToken('disaggregated', 0.2))?.text ?? '';
    assert.match(text, /the residual is negative/);
    assert.match(text, /residual −\d/);
    const over = networkChart(withFirstToken('disaggregated', 0.01))?.text ?? '';
    assert.match(over, /network 260\.\d %, residual −/);
    const bound = networkChart(withFirstToken('no-control', 0.01))?.text ?? '';
    assert.match(bound, /network 260\.\d %, a contradiction/);
  });

  it('say "simulated engine" in every picture when the engine is one, and never otherwise', () => {
    const simulated = exampleReport(5, { engine: 'mocker' });
    const page = reportHtml(simulated);
    const figures = [...page.matchAll(/<figure class="chart" id="([^"]+)".*?<\/figure>/gs)];
    for (const id of ['first-token', 'network', 'throughput', 'history-2']) {
      const figure = figures.find(([, name]) => name === id)?.[0] ?? '';
      const pictures = [...figure.matchAll(/<svg role="img".*?<\/svg>/gs)].map(([picture]) => picture);
      assert.equal(pictures.length, 2, id);
      for (const picture of pictures) assert.match(picture, />simulated engine<\/text>/, id);
    }
    assert.match(page, /<strong>Simulated engine\.<\/strong>/);
    assert.doesNotMatch(reportHtml(exampleReport()), /simulated engine/i);
  });

  it('are made of a single point, of none, and of figures without percentiles', () => {
    const one = exampleReport(1, { repetitions: 1, concurrencies: [1] }).record;
    assert.match(firstTokenChart(one)?.text ?? '', /disaggregated, concurrency 1: TTFT, median/);
    const none = { ...dynamo, tests: dynamo.tests.map((test) => ({ ...test, cells: [] })) };
    assert.equal(firstTokenChart({ ...record, dynamo: none }), undefined);
    assert.equal(networkChart({ ...record, dynamo: none }), undefined);
    assert.equal(throughputChart(none), undefined);
    assert.doesNotMatch(firstTokenChart(withFirstToken('disaggregated', 0.3))?.text ?? '', /NaN|undefined/);
  });

  it('say why there is no comparison', () => {
    const page = reportHtml({ ...exampleReport(), record: { ...record, tests: [] } });
    assert.match(page, /nixl-libfabric has no transfer curve in this run/);
  });

  it('use the ends of the repetitions for the residual, and the difference of medians for its middle', () => {
    const [point] = networkPointsOf(record);
    assert.ok(point?.control);
    assert.equal(
      formatDuration(point.residual.median),
      formatDuration(point.firstToken.median - point.control.median - point.atMeasuredRate),
    );
    assert.ok(point.residual.low <= point.residual.median && point.residual.median <= point.residual.high);
    assert.equal(point.residual.n, 3);
  });
});
