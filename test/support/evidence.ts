import type { RankEvidence } from '../../suite/judge/judge.js';
import { expectedNixlbenchRows } from '../../suite/tools/nixlbench/expect.js';
import type { NixlbenchSpec } from '../../suite/tools/nixlbench/spec.js';

/** Frames of the entry script: one device that moved `bytes`. */
export function counters(device: string, counter: string, bytes: number, log: string): string {
  const frame = (when: string, value: number) =>
    `@@dynamo-bench {"event":"counters","when":"${when}","device":"${device}","counters":{"${counter}":${value}}}`;
  return [frame('before', 1000), log, frame('after', 1000 + bytes)].join('\n');
}

/** A log in nixlbench's shape, with every expected row at one bandwidth in GB/s. */
export function nixlbenchLog(
  test: NixlbenchSpec,
  rank: 0 | 1,
  gbPerSecond: number,
  rows = Number.POSITIVE_INFINITY,
): string {
  const identity = [
    `ETCD Runtime: Registered as rank ${rank} item ${rank + 1} of 2`,
    `Init nixl worker, dev all rank ${rank}, type ${rank === 0 ? 'initiator' : 'target'}, hostname h${rank}`,
    'All processes are ready to proceed',
  ];
  if (rank === 1) return identity.join('\n');
  const table = expectedNixlbenchRows(test)
    .slice(0, rows)
    .map(({ blockSize, batchSize }) => {
      const latency = (blockSize / (gbPerSecond * 1e9)) * 1e6;
      return `${blockSize} ${batchSize} ${gbPerSecond.toFixed(6)} ${latency.toFixed(1)} 1.0 1.0 1.0 1.0 1.0 1.0`;
    });
  const header =
    'Block Size (B)      Batch Size     B/W (GB/Sec)   Avg Lat. (us)  Avg Prep (us)  P99 Prep (us)  Avg Post (us)  P99 Post (us)  Avg Tx (us)    P99 Tx (us)    ';
  return [...identity, header, ...table].join('\n');
}

/** A log with the first and the last line that the entry script prints. */
export function framed(log: string, exitCode = 0): string {
  return ['@@dynamo-bench {"event":"begin"}', log, `@@dynamo-bench {"event":"end","exitCode":${exitCode}}`].join('\n');
}

/** Evidence of one rank that ended by itself. */
export function rank(
  position: 'node1' | 'node2',
  log: string,
  exitCode: number | undefined = 0,
  more: Partial<RankEvidence> = {},
): RankEvidence {
  return { position, log: framed(log, exitCode), exitCode, endedBySuite: false, ...more };
}
