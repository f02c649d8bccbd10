import assert from 'node:assert/strict';
import { z } from 'zod';
import { reportFiles } from '../../../../reports/files.js';
import { resultsJsonSchema } from '../../../../reports/formats/json.js';
import { openMetrics } from '../../../../reports/formats/open-metrics.js';
import { reportHtml } from '../../../../reports/html/html.js';
import type { Report } from '../../../../reports/model/report.js';
import { engineTransfer } from '../../../../suite/kv/engine-transfer.js';
import type { InferenceCell } from '../../../../suite/record/inference-record.js';
import { cellRecordSchema } from '../../../../suite/record/record.js';
import { batchCells } from '../../../support/batch-cells.js';
import { exampleReport } from '../../../support/example-report.js';
import { measuredCell, suiteRecord } from '../../../support/records.js';

const report = exampleReport();
const loads = report.record.dynamo?.tests.flatMap((test) => test.cells) ?? [];

describe('reports', () => {
  const files = reportFiles(report);

  it('are the same to the byte, whatever was drawn before', () => {
    reportFiles(exampleReport(2));
    assert.deepEqual(reportFiles(exampleReport()), files);
  });

  it('of a run without a cell are made all the same', () => {
    const empty: Report = { record: suiteRecord('w', []), complete: true, history: [] };
    for (const [name, text] of Object.entries(reportFiles(empty))) assert.ok(text.length > 0, name);
    assert.match(reportFiles(empty)['report.html'], /<main id="content">/);
  });

  it('name the origin of an imported run in every format', () => {
    const origin = { label: 'mail.jsonl', importedAt: '2026-01-05T00:00:00.000Z', trusted: false };
    const imported = { ...report, origin };
    const text = 'imported from mail.jsonl on 2026-01-05, not trusted';
    const made = reportFiles(imported);
    for (const name of ['report.md', 'report.html', 'junit.xml', 'results.csv'] as const) {
      assert.ok(made[name].includes(text), name);
      assert.ok(!files[name].includes('imported from'), name);
    }
    const lines = made['results.csv'].trimEnd().split('\r\n').slice(1);
    assert.ok(lines.length > 1 && lines.every((line) => line.endsWith(`,"${text}"`)));
    assert.match(made['junit.xml'], /<testsuite name="run"[^>]*>\s*<properties>\s*<property name="origin"/);
    assert.deepEqual(JSON.parse(made['results.json']).origin, origin);
    assert.match(made['metrics.txt'], /^dynamo_bench_imported\{suite="[^"]+",trusted="false"\} 1$/m);
    assert.match(files['metrics.txt'], /^dynamo_bench_imported\{suite="[^"]+",trusted="true"\} 0$/m);
  });

  it('show the KV transfers by the engine, NIXL, the NICs and the prediction, of a load point whose engine counts them', () => {
    const { tests = [] } = report.record.dynamo ?? {};
    const transferring = tests.flatMap(({ cells }) => cells.filter(({ kvTransfer }) => kvTransfer));
    assert.ok(transferring.length > 0 && transferring.length < loads.length);
    const [cell] = transferring;
    const { engine, nixlBytes, nicReceived, predictedBytes } = cell?.kvTransfer ?? {};
    assert.ok(cell && engine && nixlBytes);

    const page = files['report.html'];
    assert.match(page, /<h3 id="kv-transfers-title">KV transfers according to TensorRT-LLM<\/h3>/);
    const [table = ''] = /<section class="panel" id="kv-transfers".*?<\/section>/s.exec(page) ?? [];
    assert.equal(table.match(/<tr>/g)?.length, transferring.length + 1);

    const json = JSON.parse(files['results.json']) as {
      kvTransfers: { test: string }[];
      network: { engineTransfer?: object }[];
    };
    assert.equal(json.kvTransfers.length, transferring.length);
    const { test, concurrency, repetition } = cell;
    assert.deepEqual(json.kvTransfers[0], { test, concurrency, repetition, ...cell.kvTransfer });
    const mean = engineTransfer(cell, { tokensPerBlock: 32 });
    assert.ok(mean && mean.bytes > engine.bytes / engine.transfers);
    assert.deepEqual(json.network[0]?.engineTransfer, mean);

    const [heading = '', ...lines] = files['results.csv'].split('\r\n');
    const values = lines.find((line) => line.includes(`,${cell.key},`))?.split(',') ?? [];
    const column = (name: string) => Number(values[heading.split(',').indexOf(name)]);
    assert.equal(column('kv_predicted_bytes'), predictedBytes);
    assert.equal(column('kv_engine_bytes'), engine.bytes);
    assert.equal(column('kv_engine_transfers'), engine.transfers);
    assert.equal(column('kv_nixl_bytes'), nixlBytes);
    assert.equal(column('kv_nic_received_bytes'), nicReceived);
    assert.equal(column('engine_transfer_seconds'), mean.seconds);
  });

  it('show a share of what the NICs carry that the test could use, also when some of them are lost', () => {
    const cell = {
      ...measuredCell({ workflowId: 'w', bandwidth: 24e9 }),
      ceiling: { bytesPerSecond: 25e9, nics: 2, explanation: '2 NICs that moved' },
      usableCeiling: { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' },
    };
    const made = reportFiles({ record: suiteRecord('w', [cell]), complete: true, history: [] });
    const page = made['report.html'];
    assert.match(page, /48\.0 % of the ceiling, 50 GB\/s \(4 × 100 Gbit\/s\)/);
    assert.match(page, /Ceiling 50 GB\/s \(4 × 100 Gbit\/s\)/);
    assert.doesNotMatch(page, /that moved/);
    assert.match(made['report.md'], /\| 50 GB\/s \(4 × 100 Gbit\/s\) \| 24 GB\/s \| 48\.0 % \|/);
    assert.match(made['results.csv'], /,50000000000,/);
    assert.match(
      openMetrics([{ record: suiteRecord('w', [cell]), complete: true, history: [] }]),
      /ceiling\S+ 5(?:0{10}|e\+?10)$/m,
    );
  });

  it('show the times of a row, and the factor beside the printed figure', () => {
    const cell = measuredCell({ workflowId: 'w', bandwidth: 24e9 });
    const time = (average: number) => ({ average, p99: 2 * average });
    const row = {
      blockSize: 2 ** 20,
      batchSize: 1,
      bytesPerSecond: 59.858e6,
      latency: 0.035,
      deviceFactor: 2,
      times: { prep: time(0.001), post: time(0.002), tx: time(0.033) },
      original: '0.029929 GB/Sec',
    };
    const made = reportFiles({ record: suiteRecord('w', [{ ...cell, rows: [row] }]), complete: true, history: [] });
    assert.match(made['report.md'], /\| latency \| prep \| post \| tx \| tool output \|/);
    assert.ok(
      made['report.md'].includes(
        '| 59.86 MB/s | 35 ms | 1 ms (p99 2 ms) | 2 ms (p99 4 ms) | 33 ms (p99 66 ms) | 0.029929 GB/Sec × 2 devices |',
      ),
    );
    for (const time of ['1 ms (p99 2 ms)', '2 ms (p99 4 ms)', '33 ms (p99 66 ms)']) {
      assert.ok(made['report.html'].includes(`<td class="number">${time}</td>`), time);
    }
    assert.match(made['report.html'], /<code>0\.029929 GB\/Sec × 2 devices<\/code>/);
    const [header = '', , line = ''] = made['results.csv'].split('\r\n');
    const value = (column: string) => line.split(',')[header.split(',').indexOf(column)];
    assert.equal(value('device_factor'), '2');
    assert.deepEqual(
      ['prep', 'prep_p99', 'post', 'post_p99', 'tx', 'tx_p99'].map((part) => value(`${part}_seconds`)),
      ['0.001', '0.002', '0.002', '0.004', '0.033', '0.066'],
    );
    const recorded = cellRecordSchema.parse(JSON.parse(JSON.stringify({ ...cell, rows: [row] })));
    assert.deepEqual(recorded.rows[0]?.times, row.times);
    const figure = JSON.parse(made['results.json']).figures.find((one: { deviceFactor?: number }) => one.deviceFactor);
    assert.equal(figure.deviceFactor, 2);
    assert.deepEqual(figure.times, row.times);
    const without = reportFiles({ record: suiteRecord('w', [cell]), complete: true, history: [] });
    assert.doesNotMatch(without['report.md'], /\| prep \|/);
  });

  it('have the model of the fabric with its intervals and its largest residual, and the times by block and batch', () => {
    const made = reportFiles({ record: suiteRecord('w', batchCells()), complete: true, history: [] });
    const [line = ''] = made['report.md'].split('\n').filter((one) => one.startsWith('| nixl-libfabric | 1'));
    const duration = String.raw`[\d.]+ (?:µs|ns)`;
    assert.match(
      line,
      new RegExp(
        String.raw`^\| nixl-libfabric \| 1\d\.\d+ µs \(${duration} to ${duration}\) \| 0\.\d+ µs \(${duration} to ${duration}\) \| 4\d\.\d+ GB/s \(\S+ GB/s to \S+ GB/s\) \| \d\.\d % \| [+−]\d\.\d % at \d+ [KM]iB × \d+ \| \d\.\d % \|$`,
      ),
    );
    assert.match(made['report.md'], /^\| block \| batch 1 \| batch 4 \| batch 16 \| batch 64 \|$/m);
    assert.match(made['report.md'], /^\| 16 KiB \| 1\d\.\d+ µs \(post 8\.\d+ µs\) \|/m);
    for (const cell of line.split(' | ').slice(1, 5)) assert.ok(made['report.html'].includes(`>${cell}</td>`), cell);
    assert.match(made['report.html'], /<th scope="row" class="number">16 KiB<\/th>/);
  });

  it('say why there is no model of the fabric', () => {
    const cells = batchCells().map((cell) => ({
      ...cell,
      rows: cell.rows.map((row) => ({ ...row, bytesPerSecond: row.blockSize * row.batchSize * 1e4 })),
      ceiling: { bytesPerSecond: 1e15, nics: 1, explanation: 'high' },
    }));
    const made = reportFiles({ record: suiteRecord('w', cells), complete: true, history: [] });
    for (const name of ['report.md', 'report.html'] as const) {
      assert.match(made[name], /No model of nixl-libfabric: the time does not clearly increase with the bytes/);
    }
  });

  it('are headed by what became of the run: one that passed and is worse than its baseline regressed', () => {
    assert.equal(report.record.verdict, 'pass');
    assert.match(files['report.md'], /^# \S+: regressed$/m);
    assert.match(reportFiles({ ...report, comparison: undefined })['report.md'], /^# \S+: pass$/m);
  });

  it('show that the run is in progress', () => {
    const page = reportHtml({ ...report, complete: false });
    assert.match(page, /class="banner"/);
    assert.doesNotMatch(reportHtml(report), /class="banner"/);
    assert.match(page, /class="badge running"/);
    assert.equal(JSON.parse(reportFiles({ ...report, complete: false })['results.json']).verdict, 'running');
  });
});

describe('report.html', () => {
  const page = reportHtml(report);

  it('is one file without scripts or requests, and below 1 MB with 10,000 measurements', () => {
    assert.doesNotMatch(page, /<script|<link rel="stylesheet"|@import|url\((?!#)/);
    assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
    const large = reportHtml(exampleReport(225));
    assert.ok(Buffer.byteLength(large) < 1e6, `${Buffer.byteLength(large)} bytes`);
    assert.ok(large.includes('more cells are in <a href="results.csv">'));
  });

  it('links every cell to its evidence', () => {
    for (const test of report.record.tests) {
      for (const { attempts } of test.cells) {
        for (const { log } of attempts.flatMap(({ ranks }) => ranks))
          assert.ok(page.includes(`href="${log.path}"`), log.path);
      }
    }
    for (const { path } of loads.flatMap(({ evidence }) => evidence)) assert.ok(page.includes(`href="${path}"`), path);
  });

  it('says on the card of a failed test what happened and what to do', () => {
    const [test] = report.record.tests;
    assert.ok(test);
    const failure = { class: 'Hung', message: 'the ranks printed nothing', hint: 'Set `enablePt` to true' } as const;
    const tests = [{ ...test, cells: [], verdict: 'fail' as const, failure }];
    const failed = reportHtml({ ...report, record: { ...report.record, tests } });
    assert.match(
      failed,
      /<strong>Hung<\/strong>: the ranks printed nothing<\/p>\s*<p class="small">→ Set `enablePt` to true\.</,
    );
  });

  it('shows text as text', () => {
    const [test] = report.record.tests;
    assert.ok(test?.cells[0]);
    const reasons = [{ code: 'failure', message: '<img src=x onerror=alert(1)> & "quotes" \u0000' }];
    const cells = [{ ...test.cells[0], reasons }];
    const hostile = reportHtml({ ...report, record: { ...report.record, tests: [{ ...test, cells }] } });
    assert.ok(hostile.includes('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot; \uFFFD'));
    assert.doesNotMatch(hostile, /<img/);
  });

  it('has every identifier once', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.deepEqual(
      ids.filter((id, i) => ids.indexOf(id) !== i),
      [],
    );
    for (const [, target] of page.matchAll(/(?:href="#|url\(#)([^")]+)/g)) assert.ok(ids.includes(target), target);
  });
});

describe('results.csv', () => {
  it('has one line for each figure, and quotes what needs it', () => {
    const [header = '', ...lines] = reportFiles(report)['results.csv'].trimEnd().split('\r\n');
    const cells = report.record.tests.flatMap((test) => test.cells);
    assert.equal(lines.length, cells.length + cells.flatMap(({ rows }) => rows).length + loads.length);
    assert.equal(new Set(lines.map((line) => line.split(',').length)).size, 1);
    assert.equal(lines[0]?.split(',').length, header.split(',').length);
    const [test] = report.record.tests;
    assert.ok(test);
    const quoted = reportFiles({
      ...report,
      record: {
        ...report.record,
        dynamo: undefined,
        tests: [{ ...test, name: 'a,"b"', cells: [], failure: { class: 'Hung', message: 'm', hint: 'h' } }],
      },
    })['results.csv'];
    assert.match(quoted, /,"a,""b""",nixlbench,,,,pass,Hung,/);
  });

  it('has the figures of each load point, and what the network explains of them', () => {
    const [header = '', ...lines] = reportFiles(report)['results.csv'].trimEnd().split('\r\n');
    const columns = header.split(',');
    const rows = lines
      .map((line) => Object.fromEntries(line.split(',').map((value, i) => [columns[i], value])))
      .filter(({ figure }) => figure === 'load');
    assert.equal(rows.length, loads.length);
    const row = rows.find(({ test, concurrency }) => test === 'disaggregated' && concurrency === '16');
    const cell = loads.find(({ test, concurrency }) => test === 'disaggregated' && concurrency === 16);
    assert.equal(Number(row?.ttft_p50_seconds), cell?.load?.timeToFirstToken?.p50);
    assert.equal(Number(row?.output_tokens_per_second), cell?.load?.outputTokensPerSecond);
    assert.equal(row?.transfer_status, 'measured');
    assert.ok(Number(row?.predicted_transfer_seconds) > Number(row?.predicted_transfer_at_ceiling_seconds));
    assert.equal(row?.simulated_engine, '0');
  });
});

describe('results.json', () => {
  it('follows its JSON Schema', () => {
    const schema = z.fromJSONSchema(resultsJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    const results = JSON.parse(reportFiles(report)['results.json']);
    schema.parse(results);
    assert.throws(() => schema.parse({ ...results, figures: [{}] }));
    const headline = results.figures.find(({ metric }: { metric: string }) => metric === 'nixl-libfabric/bandwidth');
    assert.equal(headline.value, report.record.tests[1]?.cells[0]?.measurement?.value);
  });

  it('has the figures of phase 3 under the names of their metrics, and marks those of a simulated engine', () => {
    const of = (made: Report, metric: string) =>
      JSON.parse(reportFiles(made)['results.json']).figures.find(
        (figure: { metric: string }) => figure.metric === metric,
      );
    const cell = loads.find(({ test, concurrency }) => test === 'disaggregated' && concurrency === 4);
    const { value, unit, simulated } = of(report, 'disaggregated/throughput/c4');
    assert.deepEqual([value, unit, simulated], [cell?.load?.outputTokensPerSecond, 'tokens per second', undefined]);
    const mocked = exampleReport(1, { engine: 'mocker', repetitions: 1 });
    assert.equal(of(mocked, 'disaggregated/simulated-ttft/c4').simulated, true);
    assert.equal(of(mocked, 'disaggregated/ttft/c4'), undefined);
    const { network, tests } = JSON.parse(reportFiles(report)['results.json']);
    assert.equal(network.length, 21, 'four measured points and three bounds, three times');
    assert.equal(tests.at(-1).cells[0].evidence[0].path, 'no-control/c1-r1/load.log');
  });
});

describe('a load without countable tokens', () => {
  const reason = { code: 'metric-missing' as const, message: 'output_token_throughput: AIPerf did not export it' };
  const { dynamo } = report.record;
  assert.ok(dynamo);
  const tests = dynamo.tests.map((test) =>
    test.name === 'disaggregated'
      ? { ...test, verdict: 'inconclusive' as const, cells: test.cells.map(withoutTokens) }
      : test,
  );
  const files = reportFiles({ ...report, record: { ...report.record, dynamo: { ...dynamo, tests } } });

  function withoutTokens(cell: InferenceCell): InferenceCell {
    const { outputTokensPerSecond: _, outputTokensPerSecondAndUser: __, outputTokens: ___, ...load } = cell.load ?? {};
    return { ...cell, verdict: 'inconclusive', reasons: [reason], load: load as InferenceCell['load'] };
  }

  it('has no figure in place of the absent one, in any file', () => {
    for (const [name, text] of Object.entries(files)) {
      assert.doesNotMatch(text.replaceAll(/<script[\s\S]*?<\/script>/g, ''), /\bNaN\b|\bundefined\b/, name);
    }
    const { figures } = JSON.parse(files['results.json']) as { figures: { metric: string }[] };
    const metrics = figures.map(({ metric }) => metric);
    assert.ok(metrics.includes('disaggregated/ttft/c4'));
    assert.ok(!metrics.some((metric) => metric.startsWith('disaggregated/throughput/')));
    const [columns = [], ...lines] = files['results.csv'].split('\r\n').map((line) => line.split(','));
    const rows = lines.map((line) => Object.fromEntries(line.map((value, i) => [columns[i], value])));
    const rates = rows
      .filter(({ test, figure }) => test === 'disaggregated' && figure === 'load')
      .map((row) => row.output_tokens_per_second);
    assert.deepEqual(new Set(rates), new Set(['']));
    const samples = files['metrics.txt'].split('\n').filter((line) => /test="disaggregated"/.test(line));
    assert.ok(samples.some((line) => /first_token/.test(line)));
    assert.ok(!samples.some((line) => /output_tokens/.test(line)));
  });

  it('says in the reports which figure is absent, and why', () => {
    for (const name of ['report.md', 'report.html', 'junit.xml'] as const) {
      assert.match(files[name], /output_token_throughput: AIPerf did not export it/, name);
    }
  });
});

describe('junit.xml', () => {
  it('fails a required test that has no cell', () => {
    const [test] = report.record.tests;
    assert.ok(test);
    const tests = [
      {
        ...test,
        cells: [],
        verdict: 'fail' as const,
        failure: { class: 'Hung', message: 'still <running>', hint: 'h' },
      },
    ];
    const only = { ...report, comparison: undefined, record: { ...report.record, dynamo: undefined, tests } };
    const xml = reportFiles(only)['junit.xml'];
    assert.match(xml, /tests="1" failures="1".*\n.*<failure type="Hung" message="Hung: still &lt;running&gt;"\/>/);
    assert.match(xml, /<system-out>→ H\.<\/system-out>/, 'what to do');
  });

  const names = (xml: string) =>
    [...xml.matchAll(/<testcase classname="(.*?)" name="(.*?)"/g)].map(([, ...name]) => name.join(' / '));

  it('has the set-up that failed, and what ended the suite, where no test ran', () => {
    const record = {
      ...suiteRecord('w', []),
      verdict: 'fail' as const,
      setup: {
        ...suiteRecord('w', []).setup,
        problems: [
          { subject: 'node gpu-1', message: 'it has no EFA device', hint: 'install the plugin' },
          { subject: 'node gpu-1', message: 'it is cordoned', hint: 'uncordon it' },
        ],
      },
      reasons: [{ code: 'suite-failure', message: 'ApiUnreachable: the API server is away' }],
    };
    const xml = reportFiles({ record, complete: true, history: [] })['junit.xml'];
    assert.match(xml, /^<testsuites .* errors="2" /m);
    assert.match(
      xml,
      /<error type="ClusterNotReady" message="it has no EFA device\. install the plugin; it is cordoned\. uncordon it"\/>/,
    );
    assert.match(xml, /<error type="suite-failure" message="ApiUnreachable: the API server is away"\/>/);
  });

  it('has no case for a warm-up, and none twice', () => {
    const cell = measuredCell({ workflowId: 'w', bandwidth: 24e9 });
    const warmUp = { ...cell, warmUp: true, verdict: 'fail' as const, key: 'warm' };
    const record = suiteRecord('w', [warmUp, cell, { ...cell, repetition: 2, key: 'second' }]);
    const found = names(reportFiles({ record, complete: true, history: [] })['junit.xml']);
    assert.deepEqual(found, [...new Set(found)]);
    assert.equal(found.filter((name) => name.startsWith(`${cell.test} /`)).length, 2);
  });

  it('has the failure of a test whose cells passed', () => {
    const record = suiteRecord('w', [measuredCell({ workflowId: 'w', bandwidth: 24e9 })]);
    const failure = { class: 'NodeGone', message: 'gpu-1 is gone', hint: 'h' } as const;
    const tests = record.tests.map((test) => ({ ...test, verdict: 'fail' as const, failure }));
    const xml = reportFiles({ record: { ...record, tests }, complete: true, history: [] })['junit.xml'];
    assert.match(xml, /name="whole test" time="0\.000"><failure type="NodeGone" message="NodeGone: gpu-1 is gone"\/>/);
  });
});

describe('metrics.txt', () => {
  it('is OpenMetrics: every family is described once, samples are numbers, and it ends with # EOF', () => {
    const text = openMetrics([report]);
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.at(-1), '# EOF');
    const types = lines.filter((line) => line.startsWith('# TYPE'));
    assert.equal(new Set(types).size, types.length);
    const names = types.map((line) => line.split(' ')[2]);
    const samples = lines.filter((line) => !line.startsWith('#'));
    for (const sample of samples) {
      const [, name, value] = /^([a-z_]+)\{[^}]*\} (\S+)$/.exec(sample) ?? [];
      assert.ok(names.includes(name), sample);
      assert.ok(Number.isFinite(Number(value)), sample);
    }
    const point = 'test="disaggregated",topology="disaggregated",concurrency="16",simulated="false"';
    assert.ok(
      samples.some((sample) => sample.includes(`first_token_seconds{suite="p5",${point},quantile="0.5"} 0.45`)),
    );
    assert.ok(samples.some((sample) => sample.includes(`output_tokens_per_second{suite="p5",${point}} 170`)));
    assert.ok(samples.includes('dynamo_bench_verdict{suite="p5",verdict="regressed"} 1'));
    const keys = samples.map((sample) => sample.split('} ')[0]);
    assert.equal(new Set(keys).size, keys.length);
  });
});
