import { type Provenance, RECORD_VERSION, type TransportCell } from '../../suite/record/record.js';

/** A node as a record knows it. */
export function nodeOf(position: 'node1' | 'node2', more: Partial<Provenance['nodes'][number]> = {}) {
  return {
    position,
    name: position === 'node1' ? 'gpu-1' : 'gpu-2',
    instanceType: 'p5.48xlarge',
    zone: 'us-east-1a',
    topology: { 'topology.k8s.aws/network-node-layer-1': 'nn-1' },
    kernelVersion: '6.1.0',
    osImage: 'Amazon Linux 2023',
    kubeletVersion: 'v1.34.1',
    drivers: { efa: '2.15.3g' },
    imageId: 'sha256:1',
    versions: { ucx: '1.20.0', libfabric: '2.3.0' },
    environment: { FI_PROVIDER: 'efa', HOSTNAME: position },
    command: ['nixlbench', '--backend=LIBFABRIC'],
    ...more,
  };
}

/** Where the figure of a P5 cell comes from. */
export function provenance(
  more: Partial<Provenance['nodes'][number]> = {},
  rest: Partial<Provenance> = {},
): Provenance {
  return {
    suiteVersion: '0.1.0',
    specHash: 'abc',
    seed: 1,
    nodes: [nodeOf('node1', more), nodeOf('node2', more)],
    devicePlugins: ['efa-plugin:1'],
    ...rest,
  };
}

/** A recorded cell that passed: 46 GB/s over four of the NICs of a P5. */
export function cellRecord(more: Partial<TransportCell> = {}): TransportCell {
  return {
    version: RECORD_VERSION,
    kind: 'transport',
    key: 'k',
    test: 'lf',
    repetition: 1,
    nodes: ['gpu-1', 'gpu-2'],
    verdict: 'pass',
    reasons: [{ code: 'path-proven', message: 'carried' }],
    measurement: {
      metric: 'bandwidth',
      value: 46e9,
      scope: 'gpu-pair',
      conditions: 'WRITE VRAM to VRAM, 64 MiB × 1',
      original: '46 GB/Sec',
    },
    ceiling: { bytesPerSecond: 50e9, nics: 4, explanation: '4 × 100 Gbit/s' },
    path: {
      status: 'proven',
      devices: { a: 1, b: 1, c: 1, d: 1 },
      reason: { code: 'path-proven', message: 'carried' },
    },
    rows: [{ blockSize: 2 ** 26, batchSize: 1, bytesPerSecond: 46e9, latency: 2 ** 26 / 46e9, original: '46 GB/Sec' }],
    attempts: [],
    parameters: { tool: 'nixlbench', backend: 'LIBFABRIC', maxBlockSize: 2 ** 26, name: 'lf', repetitions: 1 },
    provenance: provenance(),
    recordedAt: '2026-01-01T00:00:00Z',
    measuredBy: { workflowId: 'w', runId: 'r' },
    ...more,
  };
}
