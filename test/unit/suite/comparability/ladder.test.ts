import assert from 'node:assert/strict';
import { reportMarkdown } from '../../../../reports/markdown/report.js';
import { laddersOf } from '../../../../suite/comparability/ladder.js';
import {
  RECORD_VERSION,
  type SuiteRecord,
  type TestRecord,
  type TransportCell,
} from '../../../../suite/record/record.js';
import { cellRecord, provenance } from '../../../support/cells.js';

const GB = 1e9;

const ceilingOf = (nics: number) => ({ bytesPerSecond: nics * 12.5 * GB, nics, explanation: `${nics} × 100 Gbit/s` });

/** A cell with one row for each block size, carried by so many NICs; nixlbench could use at least the four of a GPU. */
function cell(
  parameters: Record<string, unknown>,
  gbPerSecond: number,
  nics: number,
  more: Partial<TransportCell> = {},
) {
  const devices = Object.fromEntries(Array.from({ length: nics }, (_, i) => [`nic${i}`, 1]));
  return cellRecord({
    parameters,
    ceiling: ceilingOf(nics),
    usableCeiling: ceilingOf(parameters.tool === 'nixlbench' ? Math.max(4, nics) : nics),
    path: { status: 'proven', devices, reason: { code: 'path-proven', message: '' } },
    measurement: { metric: 'bandwidth', value: gbPerSecond * GB, scope: 'gpu-pair', conditions: '', original: '' },
    rows: [20, 26].map((power) => ({
      blockSize: 2 ** power,
      batchSize: 1,
      bytesPerSecond: (power === 26 ? gbPerSecond : gbPerSecond / 2) * GB,
      original: '',
    })),
    ...more,
  });
}

function test(name: string, cells: TransportCell[]): TestRecord {
  return { name, tool: String(cells[0]?.parameters?.tool), required: true, verdict: 'pass', cells };
}

const UCX = { tool: 'ucx-perftest', test: 'ucp_put_bw', memory: 'cuda', devices: [] };
const NIXL = {
  tool: 'nixlbench',
  initiatorSegType: 'VRAM',
  targetSegType: 'VRAM',
  opType: 'WRITE',
  mode: 'SG',
};
const LF = { ...NIXL, backend: 'LIBFABRIC' };
const NIXL_UCX = { ...NIXL, backend: 'UCX' };

const plan = [
  test('nixl-ucx', [cell(NIXL_UCX, 0.85, 1, { provenance: provenance({ versions: { ucx: '1.19.0' } }) })]),
  test('nixl-libfabric', [cell(LF, 46, 4), cell(LF, 47, 4), cell(LF, 45, 4)]),
  test('ucx-native', [cell(UCX, 12, 1)]),
];

function only(tests: readonly TestRecord[]) {
  const [ladder, ...more] = laddersOf(tests);
  assert.ok(ladder && more.length === 0);
  return ladder;
}

describe('ladder', () => {
  it('has a branch from the ceiling over UCX to NIXL UCX, and one for libfabric, in whatever order they ran', () => {
    const { ceiling, rungs, conditions } = only(plan);
    assert.equal(ceiling.bytesPerSecond, 50 * GB);
    assert.equal(conditions, 'VRAM WRITE, 64 MiB × 1');
    assert.deepEqual(
      rungs.map(({ name, bandwidth, shareOfCeiling }) => [name, bandwidth?.median, shareOfCeiling]),
      [
        ['UCX', 12 * GB, 0.24],
        ['NIXL UCX', 0.85 * GB, 0.017],
        ['NIXL LIBFABRIC', 46 * GB, 0.92],
      ],
    );
    assert.deepEqual(
      rungs.map(({ shareOfAbove, blocked }) => [shareOfAbove, blocked]),
      [
        [undefined, undefined],
        [undefined, 'usable NICs: 4, above 1'],
        [undefined, undefined],
      ],
    );
  });

  it('says where a rung falls off why, as far as the evidence knows', () => {
    const emulated = { code: 'emulated-rma', message: 'UCX emulates remote memory access in software' };
    const slow = cell(NIXL_UCX, 0.85, 1, {
      reasons: [emulated],
      provenance: provenance({ versions: { ucx: '1.19.0' } }),
    });
    const [, rung] = only([test('x', [slow]), ...plan.slice(1)]).rungs;
    assert.deepEqual(rung?.reasons, [
      'UCX emulates remote memory access in software',
      '1 NIC instead of 4',
      'UCX 1.19.0 has no RDMA write over EFA (1.20 has): writes are emulated in software',
    ]);
    assert.deepEqual(only(plan).rungs[2]?.reasons, [], 'a rung that holds needs no reason');
    assert.deepEqual(only(plan).rungs[0]?.reasons, ['1 NIC instead of 4'], 'the first rung stands below the ceiling');
  });

  it('asks why of a rung that keeps up with the one above it, where both are far below the ceiling', () => {
    const idle = { code: 'nics-idle', message: '2 of 4 NICs moved nothing' };
    const four = { ...UCX, devices: ['a:1', 'b:1', 'c:1', 'd:1'] };
    const usableCeiling = ceilingOf(4);
    const { rungs } = only([
      test('u', [cell(four, 24, 2, { usableCeiling })]),
      test('nu', [cell(NIXL_UCX, 24, 2, { reasons: [idle] })]),
    ]);
    assert.deepEqual(
      rungs.map(({ shareOfAbove, shareOfCeiling, reasons }) => [shareOfAbove, shareOfCeiling, reasons]),
      [
        [undefined, 0.48, ['2 NICs instead of 4']],
        [1, 0.48, ['2 of 4 NICs moved nothing']],
      ],
    );
  });

  it('gives no ratio between rungs whose parameters differ, and names them', () => {
    const blockedBy = (change: Partial<TransportCell>, parameters: object = {}) =>
      only([test('u', [cell(UCX, 12, 1)]), test('nu', [cell({ ...NIXL_UCX, ...parameters }, 46, 4, change)])]).rungs[1];
    const rung = blockedBy({}, { initiatorSegType: 'DRAM', targetSegType: 'DRAM' });
    assert.equal(rung?.shareOfAbove, undefined);
    assert.equal(rung?.blocked, 'memory: DRAM, above VRAM; usable NICs: 4, above 1');
    assert.match(blockedBy({}, { opType: 'READ' })?.blocked ?? '', /direction: READ, above WRITE/);
    assert.match(blockedBy({}, { nics: 4 })?.blocked ?? '', /NICs of a rank: 4, above all/);
    assert.match(blockedBy({ provenance: provenance({ imageId: 'other' }) })?.blocked ?? '', /image: other,other/);
    const rows = [{ blockSize: 8, batchSize: 1, bytesPerSecond: 1, original: '' }];
    assert.match(blockedBy({ rows })?.blocked ?? '', /block and batch: 8 B × 1, above 64 MiB × 1/);
  });

  it('puts libfabric between the hardware and NIXL LIBFABRIC, and gives no ratio between a ping-pong and a stream', () => {
    const dram = { initiatorSegType: 'DRAM', targetSegType: 'DRAM' };
    const pingPong = { tool: 'fi-pingpong', endpoint: 'rdm' };
    const { rungs, conditions } = only([
      test('lf', [cell({ ...LF, ...dram }, 46, 4)]),
      test('pp', [cell(pingPong, 6, 1, { rows: [{ blockSize: 64, batchSize: 1, bytesPerSecond: GB, original: '' }] })]),
      test('u', [cell({ ...UCX, memory: 'host' }, 12, 1)]),
      test('nu', [cell({ ...NIXL_UCX, ...dram }, 6, 1, { usableCeiling: ceilingOf(1) })]),
    ]);
    assert.equal(conditions, 'DRAM WRITE, 64 MiB × 1');
    assert.deepEqual(
      rungs.map((rung) => [rung.name, rung.shareOfAbove, rung.conditions]),
      [
        ['UCX', undefined, undefined],
        ['NIXL UCX', 0.5, undefined],
        ['libfabric', undefined, '64 B × 1, ping-pong'],
        ['NIXL LIBFABRIC', undefined, undefined],
      ],
    );
    assert.match(
      rungs[3]?.blocked ?? '',
      /pattern: one-way stream, above ping-pong; block and batch: 64 MiB × 1, above 64 B/,
    );
  });

  it('compares at the largest block that all rungs have', () => {
    const small = cell(LF, 46, 4);
    const ladder = only([test('u', [cell(UCX, 12, 1)]), test('lf', [{ ...small, rows: small.rows.slice(0, 1) }])]);
    assert.equal(ladder.conditions, 'VRAM WRITE, 1 MiB × 1');
    assert.deepEqual(
      ladder.rungs.map(({ bandwidth }) => bandwidth?.median),
      [6 * GB, 23 * GB],
    );
  });

  it('shows no figure of a cell that must not be compared, and why there is none', () => {
    const reasons = [{ code: 'implausible', message: 'more than the hardware carries' }];
    const [, rung] = only([test('u', [cell(UCX, 12, 1)]), test('lf', [cell(LF, 285, 4, { reasons })])]).rungs;
    assert.equal(rung?.bandwidth, undefined);
    assert.deepEqual(rung?.reasons, ['more than the hardware carries']);
  });

  it('keeps memory types, directions and extents apart', () => {
    const dram = { initiatorSegType: 'DRAM', targetSegType: 'DRAM' };
    const ladders = laddersOf([
      ...plan,
      test('lf-dram', [cell({ ...LF, ...dram }, 40, 4)]),
      test('ucx-dram', [cell({ ...UCX, memory: 'host' }, 11, 1)]),
      test('lf-node', [cell({ ...LF, mode: 'MG' }, 360, 32)]),
      test('ucx-node', [cell({ ...UCX, devices: Array.from({ length: 32 }, (_, i) => `nic${i}:1`) }, 380, 32)]),
    ]);
    assert.deepEqual(
      ladders.map(({ conditions }) => conditions),
      ['VRAM WRITE, 64 MiB × 1', 'DRAM WRITE, 64 MiB × 1', 'VRAM WRITE, 64 MiB × 1, all NICs of the node'],
    );
  });

  it('lets the best of several tests stand for a rung, controls and single NICs below it', () => {
    const four = ['a:1', 'b:1', 'c:1', 'd:1'];
    const { rungs } = only([
      ...plan,
      test('lf-p2p-off', [cell(LF, 20, 4)]),
      test('ucx-four-nics', [cell({ ...UCX, devices: four }, 48, 4)]),
    ]);
    assert.deepEqual(
      rungs.map((rung) => rung.test),
      ['ucx-four-nics', 'nixl-ucx', 'nixl-libfabric'],
    );
  });

  it('needs two rungs, and ignores warm-up cells and latencies', () => {
    assert.deepEqual(laddersOf([test('lf', [cell(LF, 46, 4)])]), []);
    const warm = cell(UCX, 12, 1, { warmUp: true });
    assert.deepEqual(laddersOf([test('u', [warm]), test('lf', [cell(LF, 46, 4)])]), []);
  });

  it('is in the report, with the interval of repeated cells', () => {
    const cells = [44, 45, 46, 47, 46.5, 45.5].map((value, i) => ({ ...cell(NIXL_UCX, value, 4), repetition: i + 1 }));
    const record: SuiteRecord = {
      version: RECORD_VERSION,
      suite: 's',
      workflowId: 'w',
      runId: 'r',
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T01:00:00Z',
      verdict: 'pass',
      reasons: [],
      spec: {},
      setup: { problems: [], nodes: [], devicePlugins: [], probes: [] },
      tests: [test('ucx-native', [cell(UCX, 12, 1)]), test('nixl-ucx', cells)],
    };
    const report = reportMarkdown(record, 'pass');
    assert.match(report, /^\| hardware ceiling \| 50 GB\/s \(4 × 100 Gbit\/s\) \| 100 % \| – \| \|$/m);
    assert.match(
      report,
      /^\| NIXL UCX \(nixl-ucx\) \| 45\.75 GB\/s \(median of 6, 95 % .*\) \| 91\.5 % \| – \| differs from the rung above: usable NICs: 4, above 1 \|$/m,
    );
    assert.match(
      report,
      /^Median of 6: 45\.75 GB\/s, 95 % interval .*\(bootstrap, seed 1\); coefficient of variation 2\.4 %/m,
    );
  });
});

describe('a control within one node', () => {
  /** A same-node cell as H200 over NVLink measured it: no ceiling, and the path is proven without a device. */
  const control = cell({ ...NIXL_UCX, placement: 'same-node' }, 352.8, 0, {
    nodes: ['gpu-1', 'gpu-1'],
    ceiling: undefined,
    usableCeiling: undefined,
    path: { status: 'proven', devices: {}, reason: { code: 'path-proven', message: '' } },
    rows: [
      { blockSize: 2 ** 24, batchSize: 1, bytesPerSecond: 282.3 * GB, original: '' },
      { blockSize: 2 ** 26, batchSize: 1, bytesPerSecond: 352.8 * GB, original: '' },
    ],
  });
  const claim = { value: 285 * GB, source: 'a plan' };
  const tests = plan.map((one) => (one.name === 'ucx-native' ? { ...one, claimed: claim } : one));

  it('is a last rung with its own conditions and no ratio, and changes no other rung', () => {
    const { rungs, ceiling, conditions } = only([...tests, test('one-node', [control])]);
    const without = only(tests);
    assert.deepEqual(rungs.slice(0, -1), without.rungs);
    assert.deepEqual([ceiling, conditions], [without.ceiling, without.conditions]);
    const last = rungs.at(-1);
    assert.equal(last?.name, 'NIXL UCX on one node');
    assert.equal(last?.bandwidth?.median, 352.8 * GB);
    assert.deepEqual([last?.shareOfCeiling, last?.shareOfAbove, last?.sameNode], [undefined, undefined, true]);
    assert.equal(last?.conditions, 'VRAM WRITE, 64 MiB × 1, one-way stream');
  });

  it('explains a claim that the fabric cannot carry and this path can, and no other', () => {
    const reasons =
      only([...tests, test('one-node', [control])])
        .rungs.at(-1)
        ?.reasons.join('; ') ?? '';
    assert.match(reasons, /claimed 285 GB\/s of ucx-native.*282\.3 GB\/s at 16 MiB × 1 within the node/);
    const possible = tests.map((one) => (one.claimed ? { ...one, claimed: { ...claim, value: 11 * GB } } : one));
    assert.doesNotMatch(
      only([...possible, test('n', [control])])
        .rungs.at(-1)
        ?.reasons.join() ?? '',
      /claimed/,
    );
    const beyond = tests.map((one) => (one.claimed ? { ...one, claimed: { ...claim, value: 9000 * GB } } : one));
    assert.doesNotMatch(
      only([...beyond, test('n', [control])])
        .rungs.at(-1)
        ?.reasons.join() ?? '',
      /claimed/,
    );
  });

  it('does not make a ladder of the fabric by itself', () => {
    assert.deepEqual(laddersOf([test('one-node', [control]), test('other', [control])]), []);
  });
});
