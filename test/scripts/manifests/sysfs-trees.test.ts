import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProbe } from '../../../suite/cluster/probe.js';
import { fabricKindOf } from '../../../suite/fabrics/registry.js';
import type { Fabric } from '../../../suite/hardware/fabric.js';
import { type Judgement, judgeTransport, type RankEvidence } from '../../../suite/judge/judge.js';
import { parseSpec } from '../../../suite/spec/spec.js';
import type { UcxPerftestSpec } from '../../../suite/tools/ucx-perftest/spec.js';
import { isolated } from '../../support/environment.js';
import { buildSysfs, type SysfsTree, writeMovingTool } from '../../support/sysfs-tree.js';
import { ucxTable } from '../../support/tables.js';

const script = (name: string) => fileURLToPath(new URL(`../../../../manifests/scripts/${name}`, import.meta.url));

const MIB = 2 ** 20;
const GBIT = 1e9 / 8;
const test = parseSpec({
  name: 's',
  tests: [{ name: 'u', tool: 'ucx-perftest', memory: 'host', sizes: ['64Mi'], iterations: 1000, warmupIterations: 0 }],
}).tests[0] as UcxPerftestSpec;
const SENT = 1000 * 64 * MIB;

type Side = 'sender' | 'receiver';

/** A tree with the fabric of its node, and the counters that its driver moves for the bytes of each device. */
interface Case {
  readonly tree: string;
  readonly kind: string;
  readonly gbit: number;
  /** NICs of the node, those of other pods included. */
  readonly nics: number;
  /** NICs that the extended resources of the pod grant. */
  readonly given: number;
  readonly moves: Readonly<Record<Side, (bytes: number) => Readonly<Record<string, number>>>>;
  readonly path: 'proven' | 'unproven';
}

const hw =
  (names: readonly string[], unit = 1) =>
  (bytes: number) =>
    Object.fromEntries(names.map((name) => [`ports/1/hw_counters/${name}`, bytes / unit]));
const data = (name: string) => (bytes: number) => ({ [`ports/1/counters/${name}`]: (bytes * 1.02) / 4 });
const packets = (name: string) => (bytes: number) => ({ [`ports/1/hw_counters/${name}`]: bytes / 1000 });
const efa = { sender: hw(['tx_bytes', 'rdma_write_bytes']), receiver: hw(['rx_bytes', 'rdma_write_recv_bytes']) };
const mlx5 = { sender: data('port_xmit_data'), receiver: data('port_rcv_data') };

const CASES: readonly Case[] = [
  { tree: 'efa-p5', kind: 'efa', gbit: 100, nics: 32, given: 32, moves: efa, path: 'proven' },
  { tree: 'efa-p5en', kind: 'efa', gbit: 200, nics: 16, given: 4, moves: efa, path: 'proven' },
  { tree: 'mlx5-infiniband', kind: 'infiniband', gbit: 400, nics: 8, given: 1, moves: mlx5, path: 'proven' },
  { tree: 'mlx5-roce', kind: 'roce', gbit: 400, nics: 8, given: 0, moves: mlx5, path: 'proven' },
  {
    tree: 'irdma-roce',
    kind: 'roce',
    gbit: 100,
    nics: 2,
    given: 2,
    moves: { sender: hw(['ip4OutOctets']), receiver: hw(['ip4InOctets']) },
    path: 'proven',
  },
  {
    tree: 'bnxt-roce',
    kind: 'roce',
    gbit: 200,
    nics: 2,
    given: 2,
    moves: {
      sender: hw(['tx_bytes', 'tx_roce_only_bytes']),
      receiver: hw(['rx_bytes', 'rx_roce_only_bytes']),
    },
    path: 'proven',
  },
  {
    tree: 'rxe',
    kind: 'roce',
    gbit: 100,
    nics: 1,
    given: 1,
    moves: { sender: packets('sent_pkts'), receiver: packets('rcvd_pkts') },
    path: 'unproven',
  },
  {
    tree: 'none',
    kind: 'efa',
    gbit: 100,
    nics: 32,
    given: 32,
    moves: { sender: () => ({}), receiver: () => ({}) },
    path: 'unproven',
  },
];

describe('the entry script on trees of /sys', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dynamo-bench-trees-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Runs the entry script with a tool that moves counters, on a fresh tree. */
  async function ranOn(
    { tree }: Case,
    side: Side,
    output: string,
    moves: (built: SysfsTree) => Readonly<Record<string, number>>,
  ): Promise<RankEvidence> {
    const folder = join(root, side);
    mkdirSync(folder);
    const built = buildSysfs(tree, folder);
    const moved = Object.entries(moves(built)).map(([path, bytes]) => [join(folder, path), bytes]);
    writeMovingTool(join(folder, 'tool.sh'), Object.fromEntries(moved), output);
    const { all } = await isolated('sh', [script('entry.sh'), 'sh', join(folder, 'tool.sh')], {
      env: { DYNAMO_BENCH_ROOT: folder },
      all: true,
    });
    const position = side === 'sender' ? 'node1' : 'node2';
    return { position, node: position, log: all, exitCode: 0, endedBySuite: false };
  }

  function fabricOf({ kind, gbit, nics }: Case): Fabric {
    return { kind, nics, lineRate: gbit * GBIT, gpus: 8, nicsPerGpu: Math.max(1, nics / 8), source: 'test' };
  }

  /** Judges a healthy run over all NICs of the pod at 97 % of their line rate. */
  async function judged(of: Case, change: Partial<Record<Side, typeof noMove>> = {}): Promise<Judgement> {
    const fabric = fabricOf(of);
    const carriers = Math.max(1, buildSysfs(of.tree, join(root, 'count')).own.length);
    const perSecond = 0.97 * carriers * fabric.lineRate;
    const table = ucxTable('csv', {
      size: 64 * MIB,
      latency: ((64 * MIB) / perSecond) * 1e6,
      bandwidth: perSecond / MIB,
    });
    const healthy = (side: Side) => (built: SysfsTree) => movedBy(of, built, side, built.own);
    const ranks = [
      await ranOn(of, 'receiver', '', change.receiver ?? healthy('receiver')),
      await ranOn(of, 'sender', table.join('\n'), change.sender ?? healthy('sender')),
    ];
    const visibleNics = fabricKindOf(fabric).visibleNics(fabric, of.given);
    return judgeTransport(test, ranks, { fabric, networkInterface: '', visibleNics, timedOut: false });
  }

  const noMove = (_: SysfsTree): Readonly<Record<string, number>> => ({});

  function movedBy({ moves }: Case, { fileOf }: SysfsTree, side: Side, devices: readonly string[], bytes = SENT) {
    return Object.fromEntries(
      devices.flatMap((device) =>
        Object.entries(moves[side](bytes / devices.length)).map(([file, moved]) => [fileOf(device, file), moved]),
      ),
    );
  }

  const codes = ({ reasons }: Judgement) => reasons.map(({ code }) => code);

  for (const of of CASES) {
    it(`shows a healthy run on ${of.tree} as ${of.path}, and its figure as possible`, async () => {
      const judgement = await judged(of);
      assert.equal(judgement.path?.status, of.path, JSON.stringify(judgement.reasons));
      assert.ok(!codes(judgement).includes('implausible'), judgement.ceiling?.explanation);
      assert.ok(!codes(judgement).includes('link-differs'), judgement.reasons.map(({ message }) => message).join('\n'));
      assert.equal(judgement.verdict, of.path === 'proven' ? 'pass' : 'inconclusive');
    });

    for (const side of ['sender', 'receiver'] as const) {
      it(`does not call the path on ${of.tree} wrong when the counters of the ${side} do not move`, async () => {
        const judgement = await judged(of, { [side]: noMove });
        assert.equal(judgement.path?.status, of.path, JSON.stringify(judgement.reasons));
        assert.ok(!codes(judgement).includes('implausible'), judgement.ceiling?.explanation);
      });
    }
  }

  const named = (tree: string): Case => {
    const found = CASES.find((of) => of.tree === tree);
    assert.ok(found);
    return found;
  };

  for (const tree of ['efa-p5en', 'mlx5-infiniband', 'mlx5-roce', 'irdma-roce', 'bnxt-roce']) {
    it(`calls a path on ${tree} wrong when an interface moved the bytes and the devices did not`, async () => {
      const over = (counter: string) => () => ({ [`sys/class/net/eth0/statistics/${counter}`]: SENT * 1.05 });
      const judgement = await judged(named(tree), { sender: over('tx_bytes'), receiver: over('rx_bytes') });
      assert.equal(judgement.path?.status, 'wrong');
      assert.match(judgement.path?.reason.message ?? '', /eth0 \(IP\)/);
    });
  }

  it('neither proves nor disproves a path by the devices of other pods', async () => {
    const of = named('efa-p5en');
    const others = (side: Side) => (built: SysfsTree) => movedBy(of, built, side, built.other);
    const judgement = await judged(of, { sender: others('sender'), receiver: others('receiver') });
    assert.equal(judgement.path?.status, 'unproven');
    assert.deepEqual(judgement.path?.devices, {});
  });

  it('does not take the interface under soft-RoCE for another path, and counts its packets', async () => {
    const of = named('rxe');
    const both = (side: Side, counter: string) => (built: SysfsTree) => ({
      ...movedBy(of, built, side, built.own),
      [`sys/class/net/eth0/statistics/${counter}`]: SENT * 1.05,
    });
    const judgement = await judged(of, { sender: both('sender', 'tx_bytes'), receiver: both('receiver', 'rx_bytes') });
    assert.equal(judgement.path?.status, 'unproven');
    assert.match(judgement.path?.reason.message ?? '', /packet counters moved by [\d,]+ packets/);
  });

  it('is read by the probe, whose reading makes the ceiling of an unknown instance type', async () => {
    buildSysfs('mlx5-infiniband', root);
    const { stdout } = await isolated('sh', [script('probe.sh')], {
      env: { DYNAMO_BENCH_ROOT: root, DYNAMO_BENCH_ETCD_HOST: 'localhost' },
    });
    const { links = [] } = readProbe(stdout, 'n', '');
    assert.equal(links.length, 8);
    assert.deepEqual(links[0], {
      device: 'mlx5_0',
      port: 1,
      linkLayer: 'InfiniBand',
      rate: '400 Gb/sec (4X NDR)',
      state: '4: ACTIVE',
    });
    const read = fabricKindOf({ kind: 'infiniband' }).fabricOfReading({ kind: 'infiniband' }, links, 8);
    assert.deepEqual([read?.nics, read?.lineRate, read?.nicsPerGpu, read?.read], [8, 400 * GBIT, 1, true]);
  });
});
