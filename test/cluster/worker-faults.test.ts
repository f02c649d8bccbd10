import assert from 'node:assert/strict';
import { mersenne } from 'pure-rand/generator/mersenne';
import { type FaultCase, WORKER_FAULTS, WORKER_KILLS } from '../support/fault-cases.js';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab, type LocalSpec } from '../support/lab.js';

/** Another one every time; the one of a failure is printed, to be given again. */
const SEED = Number(process.env.FAULT_SEED ?? Date.now() % 2 ** 31);

/** Workers and the Temporal server that go away in the middle, however they go. */
describe('a suite whose', function () {
  this.timeout(900_000);

  let lab: Lab;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open({ ownTemporal: true });
  });
  after(async () => {
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  async function suite(): Promise<LocalSpec> {
    const tests = await lab.tests('ucx-native', 'nixl-libfabric', 'nixl-ucx');
    return lab.spec({
      timeouts: { retry: '2m', podStart: '2m', unschedulable: '30s' },
      tests: tests.map((test) => ({ ...test, timeout: '5m' })),
    });
  }

  async function passes(id: string, what: FaultCase): Promise<void> {
    const end = await lab.end(id);
    assert.equal(end.status, 'COMPLETED', end.failure);
    const row = await grid.note(lab, end, what);
    assert.match(row.verdict, /^pass/, end.report);
    assert.deepEqual([row.attempts, row.attempts], what.attempts, 'no attempt is used up by a worker that goes away');
  }
  const firstTestRuns = (id: string) =>
    lab.until('the first test runs', async () => (await lab.progress(id)).tests[0]?.status === 'running');

  it(`worker is killed at ${WORKER_KILLS} random moments loses nothing and runs nothing twice (FAULT_SEED=${SEED})`, async () => {
    const random = mersenne(SEED);
    const id = await lab.start(await suite());
    const handle = lab.client.getHandle(id);
    let kills = 0;
    while (kills < WORKER_KILLS && (await handle.describe()).status.name === 'RUNNING') {
      // From a moment after its start, when it has just taken its tasks, to well into what it does.
      const seconds = 1 + ((random.next() >>> 0) % 3000) / 1000;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      await lab.stopWorker('SIGKILL');
      lab.startWorker();
      kills++;
    }
    await passes(id, {
      ...WORKER_FAULTS.workerKilled,
      fault: `worker killed ${kills} times`,
      moment: `random, seed ${SEED}`,
    });
    assert.ok(kills >= WORKER_KILLS / 2, `the suite was over after ${kills} kills`);
  });

  it('worker is told to end, with a short time to do so, goes on with the next one', async () => {
    const id = await lab.start(await suite());
    await firstTestRuns(id);
    await lab.stopWorker('SIGTERM');
    lab.startWorker();
    await passes(id, WORKER_FAULTS.workerStopped);
  });

  it('two workers lose one goes on with the other', async () => {
    lab.startWorker();
    const id = await lab.start(await suite());
    await firstTestRuns(id);
    await lab.stopWorker('SIGKILL');
    await passes(id, WORKER_FAULTS.oneOfTwoWorkersKilled);
  });

  it('Temporal server is killed and started again on its database goes on', async () => {
    const id = await lab.start(await suite());
    await firstTestRuns(id);
    await lab.server?.kill();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await lab.server?.restart();
    await passes(id, WORKER_FAULTS.temporalKilled);
  });
});
