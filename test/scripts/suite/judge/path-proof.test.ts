import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instanceFabric } from '../../../../suite/hardware/instances/catalogue.js';
import { provePath } from '../../../../suite/judge/path-proof.js';
import { type RankLog, readRankLog } from '../../../../suite/tools/common/log-lines.js';
import { isolated } from '../../../support/environment.js';

const found = instanceFabric('p5.48xlarge');
assert.ok(found);
const P5 = found;
const SENT = { least: 1000 * 2 ** 20, most: 1100 * 2 ** 20 };
const NICS = ['rdmap79s0', 'rdmap80s0', 'rdmap81s0', 'rdmap82s0'];

describe('entry script on a made-up machine', () => {
  const entry = fileURLToPath(new URL('../../../../../manifests/scripts/entry.sh', import.meta.url));
  let root = '';

  const counterFile = (nic: string, counter: string) =>
    join(root, 'sys/class/infiniband', nic, 'ports/1/hw_counters', counter);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dynamo-bench-sysfs-'));
    for (const nic of [...NICS, 'rdmap96s0']) {
      mkdirSync(join(root, 'sys/class/infiniband', nic, 'ports/1/hw_counters'), { recursive: true });
      for (const counter of ['rdma_write_bytes', 'tx_bytes', 'alloc_pd_err', 'lifespan']) {
        writeFileSync(
          counterFile(nic, counter),
          counter === 'alloc_pd_err' ? 'N/A (no permission)\n' : '9007199254740\n',
        );
      }
    }
    mkdirSync(join(root, 'sys/class/net/eth0/statistics'), { recursive: true });
    writeFileSync(join(root, 'sys/class/net/eth0/statistics/tx_bytes'), '77\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** Runs a tool that moves the counter of each NIC by so many bytes. */
  async function run(bytes: number, nics: readonly string[]): Promise<RankLog> {
    const tool = nics.map((nic) => `echo $((9007199254740 + ${bytes})) > '${counterFile(nic, 'rdma_write_bytes')}'`);
    const { all } = await isolated('sh', [entry, 'sh', '-c', ['echo row', ...tool].join('; ')], {
      env: { DYNAMO_BENCH_ROOT: root },
      all: true,
    });
    return readRankLog(all);
  }

  it('shows to the byte which NICs carried what was sent', async () => {
    const log = await run(2_898_165_760, NICS);
    assert.equal(log.complete, true);
    assert.deepEqual(log.toolLines.filter(Boolean), ['row']);
    const expected = { least: 4 * 2_898_165_760, most: 4 * 2_898_165_760 };
    const proof = provePath(P5, '', expected, [{ log }, { log }]);
    assert.equal(proof.status, 'proven');
    assert.deepEqual(proof.devices, Object.fromEntries(NICS.map((nic) => [nic, 2_898_165_760])));
  });

  it('shows that nothing moved', async () => {
    const log = await run(0, NICS);
    assert.equal(provePath(P5, '', SENT, [{ log }, { log }]).status, 'unproven');
  });

  it('leaves out counters that are no numbers, and reads a node without EFA', async () => {
    const log = await run(1, NICS);
    assert.ok(log.counters.every(({ counters }) => !('alloc_pd_err' in counters)));
    rmSync(join(root, 'sys/class/infiniband'), { recursive: true });
    const bare = await run(1, []);
    assert.deepEqual([...new Set(bare.counters.map(({ device }) => device))], ['net/eth0']);
    assert.equal(provePath(P5, '', SENT, [{ log: bare }, { log: bare }]).status, 'unproven');
  });
});
