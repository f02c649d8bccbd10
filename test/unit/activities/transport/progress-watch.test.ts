import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { ProgressWatch } from '../../../../activities/transport/progress-watch.js';
import { transportTest } from '../../../../suite/spec/transport-tests.js';

const NIXLBENCH = { tool: 'nixlbench', backend: 'LIBFABRIC' };
const line = (second: number, text: string) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.5Z ${text}\n`;

/** Looks every second at ranks whose logs are what `logs` returns for a time; returns the first stall. */
async function firstStall(
  fields: object,
  seconds: number,
  logs: (elapsed: number) => readonly string[],
): Promise<{ at?: number; stalledFor?: number; reads: number }> {
  let now = 0;
  let reads = 0;
  const watch = new ProgressWatch(transportTest.parse({ name: 't', ...fields }), async () => {
    reads++;
    return logs(now);
  });
  for (; now <= seconds; now++) {
    const stalledFor = watch.stalledFor(now);
    if (stalledFor !== undefined) return { at: now, stalledFor, reads };
    await setImmediate();
  }
  return { reads };
}

describe('ranks without output', () => {
  it('count as hung after the time of their tool, and are read every 15 s', async () => {
    const { at, stalledFor, reads } = await firstStall(NIXLBENCH, 600, () => [
      line(1, 'Registered'),
      line(2, 'Registered'),
    ]);
    assert.ok(at !== undefined && at >= 180 && at <= 220, `after ${at} s`);
    assert.ok(stalledFor !== undefined && stalledFor >= 180);
    assert.ok(reads <= 15, `${reads} reads`);
  });

  it('count as hung after the time of the test, if it has one', async () => {
    const { at } = await firstStall({ ...NIXLBENCH, stallTimeout: '20s' }, 600, () => ['', '']);
    assert.ok(at !== undefined && at >= 20 && at <= 26, `after ${at} s`);
  });

  it('are not hung while one of them prints, even the same line again', async () => {
    const { at } = await firstStall({ ...NIXLBENCH, stallTimeout: '20s' }, 600, (now) => [
      '',
      line(Math.floor(now / 15) % 60, 'row'),
    ]);
    assert.equal(at, undefined);
  });

  it('are not hung because their logs cannot be read', async () => {
    const { at } = await firstStall({ ...NIXLBENCH, stallTimeout: '20s' }, 600, (now) => {
      if (now > 5) throw new Error('kubelet does not answer');
      return ['', ''];
    });
    assert.equal(at, undefined);
  });

  it('are never read when their tool prints nothing before it ends', async () => {
    const { reads } = await firstStall({ tool: 'ucx-perftest', devices: ['a:1'] }, 600, () => []);
    assert.equal(reads, 0);
  });

  it('have the more time for a row the slower the rows before it were', async () => {
    const header = line(
      1,
      'Block Size (B) Batch Size B/W (GB/Sec) Avg Lat. (us) Avg Prep (us) P99 Prep (us) Avg Post (us) P99 Post (us) Avg Tx (us) P99 Tx (us)',
    );
    const slow = line(2, '33554432 1 0.010000 3355443.2 1.0 1.0 1.0 1.0 1.0 1.0');
    const logs = [header + slow, ''];
    const fields = { ...NIXLBENCH, startBlockSize: '32Mi', maxBlockSize: '64Mi', numIter: 16, warmupIter: 16 };
    const { at } = await firstStall(fields, 600, () => logs);
    // 64 MiB × 2 iterations at 10 MB/s, and 12.5 s, five times.
    assert.ok(at === undefined || at >= 180, `after ${at} s`);
    const { at: later } = await firstStall({ ...fields, numIter: 160 }, 600, () => logs);
    assert.ok(later !== undefined && later >= 5 * (12.5 + (2 ** 26 * 11) / 10e6), `after ${later} s`);
  });
});
