import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Disk } from '../support/box-faults.js';
import { type FaultCase, STORE_FAULTS } from '../support/fault-cases.js';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab } from '../support/lab.js';

const MIB = 2 ** 20;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** The disk of the results fails for a while. */
describe('results are kept when their folder', function () {
  this.timeout(300_000);

  let lab: Lab;
  let disk: Disk;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
    await lab.stopWorkers('SIGTERM');
    disk = new Disk(lab.results);
    await disk.mount(64 * MIB);
    lab.startWorker();
  });
  after(async () => {
    await lab?.stopWorkers('SIGTERM');
    await disk?.unmount();
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  async function startOne(): Promise<string> {
    const [ucx] = await lab.tests('ucx-native');
    return lab.start(
      await lab.spec({
        timeouts: { retry: '2m', podStart: '1m' },
        tests: [{ ...ucx, sizes: ['1Mi'], iterations: 256 }],
      }),
    );
  }
  const rankEnded = async (id: string) =>
    (await lab.pods('dynamo-bench/position=node1')).every(
      ({ metadata, status }) =>
        metadata.annotations?.['dynamo-bench/workflow-id'] !== id || status?.phase !== 'Running',
    );

  async function measured(id: string, what: FaultCase): Promise<void> {
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const { verdict, attempts } = await grid.note(lab, end, what);
    assert.deepEqual([verdict, attempts, attempts], [what.verdict, ...what.attempts]);
  }

  it('is read-only for a while', async () => {
    const id = await startOne();
    await lab.untilRanksRun(id, 'ucx-native');
    await disk.makeReadOnly();
    await lab.until('the second rank has ended', () => rankEnded(id));
    await pause(5);
    await disk.makeWritable();
    await measured(id, STORE_FAULTS.readOnly);
  });

  it('is full for a while', async () => {
    const id = await startOne();
    await lab.untilRanksRun(id, 'ucx-native');
    const ballast = join(lab.results, 'ballast');
    await writeFile(ballast, Buffer.alloc(64 * MIB)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    });
    await lab.until('the second rank has ended', () => rankEnded(id));
    await pause(5);
    await rm(ballast);
    await measured(id, STORE_FAULTS.full);
  });
});
