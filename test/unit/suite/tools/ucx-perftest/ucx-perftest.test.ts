import assert from 'node:assert/strict';
import { parseSpec } from '../../../../../suite/spec/spec.js';
import { ucxArguments, ucxBatch } from '../../../../../suite/tools/ucx-perftest/command.js';
import { parseUcxOutput, readUcxOutput } from '../../../../../suite/tools/ucx-perftest/parse.js';
import type { UcxPerftestSpec } from '../../../../../suite/tools/ucx-perftest/spec.js';
import { fixtureLines } from '../../../../support/fixtures.js';
import { ucxTable } from '../../../../support/tables.js';

const MIB = 2 ** 20;

function ucxSpec(fields: object = {}): UcxPerftestSpec {
  const spec = parseSpec({ name: 's', tests: [{ name: 'u', tool: 'ucx-perftest', ...fields }] });
  return spec.tests[0] as UcxPerftestSpec;
}

describe('ucx_perftest', () => {
  it('takes the overall column of the final row, and its MB/s are MiB/s', () => {
    const [row, ...more] = parseUcxOutput(fixtureLines('ucx-perftest/put-bw.client.txt'), false, MIB);
    assert.deepEqual(more, []);
    assert.equal(row?.bytesPerSecond, 196.02 * MIB);
    assert.equal(row?.original, '196.02 MB/s');
    assert.equal(row?.latency, undefined, 'the first column of a bandwidth test is no latency');
  });

  it('reads CSV by its header', () => {
    const rows = parseUcxOutput(fixtureLines('ucx-perftest/tag-bw-csv.client.txt'), false, 65536);
    assert.deepEqual(
      rows.map(({ bytesPerSecond }) => bytesPerSecond),
      [465.89 * MIB],
    );
  });

  it('reads CSV of a batch file: one named row for each size', () => {
    const lines = [
      'batch,iterations,50.0_percentile_lat,avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr',
      's65536,1000,25.768,26.884,26.884,2324.82,2324.82,37197,37197',
      's1048576, 200,181.639,208.540,208.540,4795.24,4795.24,4795,4795',
    ];
    assert.deepEqual(
      parseUcxOutput(lines, false).map(({ blockSize, bytesPerSecond }) => [blockSize, bytesPerSecond / MIB]),
      [
        [65536, 2324.82],
        [1048576, 4795.24],
      ],
    );
  });

  it('takes the final row of a staged run and its latency', () => {
    const rows = parseUcxOutput(fixtureLines('ucx-perftest/staged-tag-lat.client.txt'), true, 8);
    assert.deepEqual(
      rows.map(({ latency, original }) => [latency, original]),
      [[874.703e-6, '874.703 usec']],
    );
  });

  it('reads columns that touch', () => {
    const rows = parseUcxOutput(fixtureLines('ucx-perftest/same-node-cuda-ipc.client.txt'), false, 64 * MIB);
    assert.equal(rows[0]?.bytesPerSecond, 1328756.84 * MIB);
    const touching = [
      'Final:                   200     47.148    48.165    48.165 11328756.8411328756.84       20762       20762',
    ];
    assert.equal(parseUcxOutput(touching, false, MIB)[0]?.original, '11328756.84 MB/s');
  });

  it('takes only the final row where stages have no thread number', () => {
    const stages = ucxTable('staged', { size: 8, latency: 5, bandwidth: 100 });
    const row = (text: string) => stages.find((line) => line.startsWith(text)) ?? '';
    const reports = [...stages.slice(0, 2), row('      '), row('      '), row('Final:')];
    assert.equal(parseUcxOutput(reports, false, 8).length, 1);
    assert.deepEqual(parseUcxOutput(reports.slice(0, -1), false, 8), [], 'a report of a stage is no result');
  });

  it('takes the last row of the old table, which has no column for a name', () => {
    const header = '| # iterations | typical | average | overall |  average |  overall |   average |   overall |';
    const rows = [100, 200].map((bandwidth) => ucxTable('final', { size: 8, latency: 5, bandwidth }).at(-1) ?? '');
    const read = parseUcxOutput([header, ...rows.map((row) => row.replace(/^s8/, '  '))], false, MIB);
    assert.deepEqual(
      read.map(({ original }) => original),
      ['200.00 MB/s'],
    );
  });

  it('reads CSV of nested batch files: the innermost one names the row', () => {
    const lines = [
      'outer,inner,iterations,50.0_percentile_lat,avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr',
      'big,s65536,1000,25.768,26.884,26.884,2324.82,2324.82,37197,37197',
    ];
    assert.deepEqual(
      parseUcxOutput(lines, false).map(({ blockSize }) => blockSize),
      [65536],
    );
  });

  for (const version of ['1.13', '1.22']) {
    it(`reads recorded batches of version ${version}, whose figures agree with each other`, () => {
      for (const [name, latencyTest] of [
        ['batch-tag-bw-csv', false],
        ['batch-tag-lat-csv', true],
        ['batch-tag-bw-table', false],
      ] as const) {
        const { rows, damaged } = readUcxOutput(
          fixtureLines(`ucx-perftest/${name}-${version}.client.txt`),
          latencyTest,
        );
        assert.deepEqual(
          rows.map(({ blockSize, conflict }) => [blockSize, conflict]),
          [4096, 65536, MIB].map((size) => [size, undefined]),
          name,
        );
        assert.deepEqual(damaged, [], name);
      }
    });
  }

  it('takes a row only with as many fields as the header, each in its format', () => {
    const [header = '', row = ''] = fixtureLines('ucx-perftest/batch-tag-bw-csv-1.22.client.txt');
    const read = (line: string) => readUcxOutput([header, line], false);
    assert.equal(read(row).rows.length, 1);
    for (let end = 'overall_lat'.length; end < row.length; end++) {
      const { rows, damaged } = read(row.slice(0, end));
      const taken = rows.filter(({ conflict }) => conflict === undefined);
      assert.deepEqual(taken, [], row.slice(0, end));
      assert.ok(rows.length > 0 || damaged.length > 0, row.slice(0, end));
    }
    for (const other of [`${row},1`, row.replace(',', ',,'), row.replace('.', ''), `x${row}`, row.replace(',', ';')]) {
      assert.deepEqual(read(other).rows, [], other);
      assert.deepEqual(read(other).damaged, [other]);
    }
  });

  it('takes a header after a row, and a row with a name in a table without names, as damage', () => {
    const lines = fixtureLines('ucx-perftest/batch-tag-bw-table-1.22.client.txt');
    const at = lines.findIndex((line) => line.includes('# iterations'));
    const row = lines.find((line) => /^s4096\b/.test(line)) ?? '';
    const unnamed = (lines[at] ?? '').replace('     Test     |', '');
    assert.deepEqual(readUcxOutput([unnamed, row], false), { rows: [], damaged: [row] });
    for (const header of [lines[at] ?? '', unnamed])
      assert.ok(readUcxOutput([row, header], false).damaged.includes(header));
    const cut = [...lines.slice(0, at), ...lines.filter((line) => /^s\d/.test(line)), unnamed, ...lines.slice(at + 1)];
    assert.notDeepEqual(readUcxOutput(cut, false).damaged, []);
  });

  it('names figures of one row that contradict each other: bandwidth, latency, message rate', () => {
    const lines = fixtureLines('ucx-perftest/batch-tag-bw-csv-1.22.client.txt');
    for (const [column, text] of [
      [4, '9999.999'],
      [6, '9.99'],
      [8, '99'],
      [3, '9999.999'],
    ] as const) {
      const damaged = lines.map((line) =>
        line.startsWith('s4096,') ? line.split(',').with(column, text).join(',') : line,
      );
      const [first, ...others] = readUcxOutput(damaged, false).rows;
      assert.match(first?.conflict ?? '', / printed, .* from /, String(column));
      assert.ok(others.every(({ conflict }) => conflict === undefined));
    }
  });

  it('reads version 1.13', () => {
    assert.equal(parseUcxOutput(fixtureLines('ucx-perftest/tag-bw-1.13.client.txt'), false, MIB).length, 1);
  });

  for (const name of ['server-killed', 'no-server', 'bad-device', 'bad-test']) {
    it(`finds no row where there is none: ${name}`, () => {
      assert.deepEqual(parseUcxOutput(fixtureLines(`ucx-perftest/${name}.client.txt`), false, MIB), []);
    });
  }

  it('gives both sides the same batch, and the server no address', () => {
    const test = ucxSpec({ sizes: ['64Ki', '1Mi'], iterations: 10, warmupIterations: 2, memory: 'host' });
    assert.equal(
      ucxBatch(test),
      's65536 -t ucp_put_bw -m host -s 65536 -n 10 -w 2\ns1048576 -t ucp_put_bw -m host -s 1048576 -n 10 -w 2\n',
    );
    assert.deepEqual(ucxArguments(test, '/b'), ['-b', '/b', '-f', '-v', '-p', '13337']);
    assert.deepEqual(ucxArguments(test, '/b', '10.0.0.7'), ['10.0.0.7', '-b', '/b', '-f', '-v', '-p', '13337']);
  });

  it('leaves the ports to the entry script when there is a process for each device', () => {
    assert.deepEqual(ucxArguments(ucxSpec({ devices: ['rdmap79s0:1', 'rdmap80s0:1'] }), '/b'), [
      '-b',
      '/b',
      '-f',
      '-v',
    ]);
  });
});
