import assert from 'node:assert/strict';
import type { SuiteRecord, TransportCell } from '../../suite/record/record.js';
import { RECORD_VERSION } from '../../suite/record/record.js';
import { provenance } from './cells.js';

/** The run of a workflow id that these cells and records are of. */
export function runOf(workflowId: string): { readonly workflowId: string; readonly runId: string } {
  return { workflowId, runId: `run-${workflowId}` };
}

/** A cell that was measured at `bandwidth` bytes per second for its largest block. */
export function measuredCell(options: {
  readonly workflowId: string;
  readonly test?: string;
  readonly repetition?: number;
  readonly bandwidth?: number;
  readonly blocks?: readonly number[];
  readonly at?: string;
  readonly key?: string;
  readonly attempt?: number;
}): TransportCell {
  const {
    workflowId,
    test = 'nixl-libfabric',
    repetition = 1,
    bandwidth = 46e9,
    blocks = [2 ** 16, 2 ** 20, 2 ** 26],
    at = '2026-01-01T02:40:00.000Z',
    key = `key-${test}-${repetition}`,
    attempt = 1,
  } = options;
  const largest = Math.max(...blocks);
  const rows = blocks.map((blockSize) => {
    const bytesPerSecond = bandwidth * (blockSize / (blockSize + largest / 200)) * (1 + 1 / 200);
    const latency = blockSize / bytesPerSecond;
    return {
      blockSize,
      batchSize: 1,
      bytesPerSecond,
      latency,
      original: `${(bytesPerSecond / 1e9).toFixed(6)} GB/Sec`,
    };
  });
  const rank = (position: 'node1' | 'node2') => ({
    position,
    pod: `rank-${test}-${position}`,
    node: position === 'node1' ? 'gpu-1' : 'gpu-2',
    image: 'nixl-aligned:0.7.1-bench',
    imageId: 'sha256:4f1a',
    exitCode: 0,
    endedBySuite: false,
    command: ['nixlbench', '--backend', 'LIBFABRIC'],
    startedAt: at,
    finishedAt: at,
    log: { path: `${test}/r${repetition}-a${attempt}/${position}.log`, sha256: `${position}-${test}`, bytes: 10 },
  });
  return {
    version: RECORD_VERSION,
    kind: 'transport',
    key,
    test,
    repetition,
    nodes: ['gpu-1', 'gpu-2'],
    verdict: 'pass',
    reasons: [{ code: 'measured', message: `${(bandwidth / 1e9).toFixed(2)} GB/Sec, WRITE VRAM to VRAM, 64 MiB × 1` }],
    measurement: {
      metric: 'bandwidth',
      value: bandwidth,
      scope: 'gpu-pair',
      conditions: 'WRITE VRAM to VRAM, 64 MiB × 1',
      original: `${(bandwidth / 1e9).toFixed(2)} GB/Sec`,
    },
    ceiling: { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' },
    path: {
      status: 'proven',
      devices: { rdmap0: 1 },
      reason: { code: 'path-proven', message: 'four NICs carried what was sent' },
    },
    parameters: { tool: 'nixlbench', name: test, maxBlockSize: largest },
    provenance: provenance(),
    rows,
    attempts: [
      {
        number: attempt,
        group: `group-${workflowId}-${test}-${repetition}-${attempt}`,
        startedAt: at,
        endedAt: at,
        startDelay: 7.2,
        timedOut: false,
        ranks: [rank('node1'), rank('node2')],
      },
    ],
    recordedAt: at,
    measuredBy: runOf(workflowId),
  };
}

/** A run of these cells. */
export function suiteRecord(
  workflowId: string,
  cells: readonly TransportCell[],
  more: Partial<SuiteRecord> = {},
): SuiteRecord {
  const startedAt = more.startedAt ?? '2026-01-01T02:30:00.000Z';
  const names = [...new Set(cells.map(({ test }) => test))];
  return {
    version: RECORD_VERSION,
    suite: 'p5',
    ...runOf(workflowId),
    startedAt,
    endedAt: '2026-01-01T02:45:00.000Z',
    verdict: 'pass',
    reasons: [],
    spec: { name: 'p5', tests: names.map((name) => ({ name, tool: 'nixlbench', backend: 'LIBFABRIC' })) },
    setup: {
      problems: [],
      kubernetesVersion: 'v1.37.2',
      pair: { node1: 'gpu-1', node2: 'gpu-2' },
      nodes: ['gpu-1', 'gpu-2'].map((name) => ({
        name,
        instanceType: 'p5.48xlarge',
        zone: 'us-east-1a',
        kubeletVersion: 'v1.37.2',
        osImage: 'Amazon Linux 2023',
        kernelVersion: '6.12',
        allocatable: { 'nvidia.com/gpu': 8 },
        free: { 'nvidia.com/gpu': 8 },
      })),
      devicePlugins: [],
      probes: ['gpu-1', 'gpu-2'].map((node) => ({
        node,
        imageId: 'sha256:4f1a',
        efaDomains: 32,
        memlock: 'unlimited',
        versions: { nixlbench: '0.7.1', libfabric: '2.3' },
        environment: { FI_PROVIDER: 'efa' },
      })),
    },
    tests: names.map((name) => ({
      name,
      tool: 'nixlbench',
      required: true,
      verdict: 'pass',
      claimed: { value: 46.48e9, source: 'the benchmark plan' },
      cells: cells.filter(({ test }) => test === name),
    })),
    ...more,
  };
}

/** Returns a cell whose first attempt has one rank, with fields of its log replaced. */
export function withLog(cell: TransportCell, log: object): TransportCell {
  const [attempt] = cell.attempts;
  assert.ok(attempt?.ranks[0]);
  const rank = { ...attempt.ranks[0], log: { ...attempt.ranks[0].log, ...log } };
  return { ...cell, attempts: [{ ...attempt, ranks: [rank] }] };
}
