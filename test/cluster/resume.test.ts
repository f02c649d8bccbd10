import assert from 'node:assert/strict';
import { dynamoBench } from '../support/command-line.js';
import { podsEverScheduled } from '../support/fault-grid.js';
import { Lab, type LocalSpec, quick, type SuiteEnd } from '../support/lab.js';

/**
 * NIXL with UCX fails in its first attempt, which is its only one; whoever resumes it finds it mended, because its next
 * attempt has another number. What ran is counted from the scheduler's events, not from the suite's records.
 */
describe('a suite in which NIXL-UCX failed resumes without redoing finished tests', function () {
  this.timeout(300_000);

  let lab: Lab;
  const earlier = new Set<string>();
  before(async () => {
    lab = await Lab.open();
  });
  beforeEach(async () => {
    for (const name of (await podsEverScheduled(lab)).keys()) earlier.add(name);
  });
  after(() => lab?.close());

  async function suite(changes: Record<string, unknown> = {}): Promise<LocalSpec> {
    const tests = await lab.tests('ucx-native', 'nixl-libfabric', 'nixl-ucx');
    return lab.spec({
      maxAttempts: 1,
      tests: tests.map((test) => ({
        ...quick(test),
        required: true,
        ...(test.name === 'nixl-ucx' ? { env: { LOCAL_FAULT: 'no-rows@node2#1' } } : {}),
      })),
      ...changes,
    });
  }

  /** Pods of a test that were given to a node since this example began. */
  async function ran(test: string): Promise<number> {
    const scheduled = await podsEverScheduled(lab);
    return [...scheduled.keys()].filter((name) => !earlier.has(name) && name.includes(`-${test}-r1-`)).length;
  }

  async function assertResumed(end: SuiteEnd): Promise<void> {
    assert.equal(end.status, 'COMPLETED', end.failure);
    assert.equal(end.record.verdict, 'pass', end.report);
    assert.deepEqual(
      [await ran('ucx-native'), await ran('nixl-libfabric'), await ran('nixl-ucx')],
      [2, 2, 4],
      'one pair of pods for each finished test, two for the one that failed',
    );
    const failed = end.record.tests.find(({ name }) => name === 'nixl-ucx')?.cells[0];
    assert.deepEqual(
      failed?.attempts.map(({ number, failure }) => [number, failure?.class]),
      [
        [1, 'Incomplete'],
        [2, undefined],
      ],
      'both attempts are in the record, with their evidence',
    );
    assert.deepEqual(await lab.leftovers(), []);
  }

  it('(a) within the run: it parks, and an update from the Temporal CLI lets it run again', async () => {
    const id = await lab.start(await suite({ onFailure: 'park' }));
    await lab.until('nixl-ucx is parked', async () => (await lab.progress(id)).tests[2]?.status === 'parked', 120);
    const update = ['workflow', 'update', 'execute', '--workflow-id', id, '--name', 'resolveTest', '--input'];
    await assert.rejects(lab.temporal(...update, '{"test":"ucx-native","action":"retry"}'), /parked: nixl-ucx/);
    await lab.temporal(...update, '{"test":"nixl-ucx","action":"retry"}');
    await assertResumed(await lab.end(id));
  });

  it('(b) in a new run under the same workflow id', async () => {
    const failed = await lab.run(await suite());
    assert.equal(failed.status, 'FAILED');
    await assertResumed(await lab.run(await suite(), failed.workflowId));
  });

  it('(b) in a run of another workflow id that resumes from it, with a spec that was mended', async () => {
    const failed = await lab.run(await suite());
    assert.equal(failed.status, 'FAILED');
    const spec = await suite({ resumeFrom: failed.workflowId });
    const tests = spec.tests.map((test) => ({ ...test, env: {} }));
    const end = await lab.run({ ...spec, tests });
    assert.equal(end.record.verdict, 'pass', end.report);
    assert.deepEqual([await ran('ucx-native'), await ran('nixl-libfabric'), await ran('nixl-ucx')], [2, 2, 4]);
    const [takenOver] = end.record.tests[0]?.cells ?? [];
    assert.equal(takenOver?.measuredBy.workflowId, failed.workflowId);
  });

  it('(c) by a reset to the point that `dynamo-bench reset` names', async () => {
    const failed = await lab.run(await suite());
    assert.equal(failed.status, 'FAILED');
    const { stdout } = await dynamoBench(['reset', failed.workflowId], {
      env: { TEMPORAL_ADDRESS: lab.address },
    });
    const [line = ''] = stdout.split('\n').filter((text) => text.startsWith('temporal workflow reset'));
    const args = /^temporal (workflow reset .*) --reason '(.*)'$/.exec(line);
    assert.ok(args?.[1] && args[2], stdout);
    await lab.temporal(...args[1].split(' '), '--reason', args[2]);
    await assertResumed(await lab.end(failed.workflowId));
  });

  it('refuses a reset point of a test that does not exist, with those that do', async () => {
    const { workflowId } = await lab.run(await suite({ tests: [(await suite()).tests[0]] }));
    const result = await dynamoBench(['reset', workflowId, '--test', 'nixl'], {
      env: { TEMPORAL_ADDRESS: lab.address },
    });
    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, /Test "nixl" has not run in this suite run\n {2}→ .*: ucx-native/);
  });
});
