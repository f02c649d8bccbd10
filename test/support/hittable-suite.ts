import assert from 'node:assert/strict';
import type { FaultCase } from './fault-cases.js';
import type { FaultGrid } from './fault-grid.js';
import { type Lab, type LocalSpec, quick } from './lab.js';

/**
 * A suite of two tests, the second of which runs long enough to be hit in the middle. Its ranks poll etcd as seldom as
 * those of the real nixlbench, because what a fault does depends on it.
 */
export async function hittableSuite(lab: Lab, changes: Record<string, unknown> = {}): Promise<LocalSpec> {
  const [ucx, libfabric] = await lab.tests('ucx-native', 'nixl-libfabric');
  return lab.spec({
    timeouts: { retry: '2m', podStart: '1m', unschedulable: '30s' },
    tests: [
      quick(ucx),
      { ...libfabric, startBlockSize: '2Mi', numIter: 128, env: { LOCAL_NIXLBENCH_POLLING: 'real' } },
    ],
    ...changes,
  });
}

/** Waits for a suite that was hit, and asserts that it passes after as many attempts as the case allows. */
export async function assertPasses(lab: Lab, grid: FaultGrid, id: string, what: FaultCase): Promise<void> {
  const end = await lab.end(id);
  assert.equal(end.status, 'COMPLETED', end.failure);
  const row = await grid.note(lab, end, what);
  assert.match(row.verdict, /^pass/, end.report);
  const [fewest, most] = what.attempts;
  assert.ok(row.attempts >= fewest && row.attempts <= most, `${row.attempts} attempts`);
}
