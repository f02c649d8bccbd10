import { ethernet } from '../../suite/fabrics/ethernet/ceiling.js';
import { type Judgement, judgeTransport, type RankEvidence } from '../../suite/judge/judge.js';
import { parseSpec } from '../../suite/spec/spec.js';
import type { FailureClass } from '../../suite/verdict/failure.js';
import { fixture } from './fixtures.js';

/**
 * Failures of the real nixlbench 1.4.0 and 0.7.1, recorded in the rank pods of a suite. The same failures of the stand-in in
 * the local image must get the same class.
 */
export interface RealFailure {
  readonly name: string;
  /** Files `<recording>.rank<N>.txt` in test/fixtures/nixlbench/real; rank 0 ran on node2. */
  readonly recording: string;
  /** Fields of the test that differ from `FIELDS`. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  /** Ranks that the suite stopped in the recording. */
  readonly stopped: readonly ('node1' | 'node2')[];
  readonly hung?: boolean;
  readonly class: FailureClass;
  /** What the message quotes, also that of the stand-in. */
  readonly quote: RegExp;
}

/** Fields of the recorded tests. */
const FIELDS = {
  tool: 'nixlbench',
  backend: 'UCX',
  initiatorSegType: 'DRAM',
  targetSegType: 'DRAM',
  startBlockSize: '256Ki',
  maxBlockSize: '1Mi',
  totalBufferSize: '64Mi',
  numIter: 32,
  warmupIter: 2,
  largeBlkIterFtr: 1,
} as const;

const LIBFABRIC = { backend: 'LIBFABRIC' } as const;
const NO_PLUGIN = /Plugin file does not exist: \/none\/libplugin_UCX\.so/;

export const REAL_FAILURES: readonly RealFailure[] = [
  {
    name: 'no-plugin',
    recording: 'no-plugin',
    fields: {},
    env: { NIXL_PLUGIN_DIR: '/none' },
    stopped: [],
    class: 'BackendUnavailable',
    quote: NO_PLUGIN,
  },
  {
    name: 'no-plugin-0-7',
    recording: 'no-plugin-0.7',
    fields: {},
    env: { NIXL_PLUGIN_DIR: '/none', LOCAL_NIXLBENCH: '0.7.1' },
    stopped: [],
    class: 'BackendUnavailable',
    quote: NO_PLUGIN,
  },
  {
    name: 'no-provider',
    recording: 'no-provider',
    fields: LIBFABRIC,
    env: { FI_PROVIDER: 'efa' },
    stopped: [],
    class: 'BackendUnavailable',
    quote: /fi_getinfo failed|No network devices found/,
  },
  {
    name: 'no-device',
    recording: 'no-device',
    fields: {},
    env: { UCX_NET_DEVICES: 'mlx5_0:1' },
    stopped: [],
    class: 'BackendUnavailable',
    quote: /'mlx5_0:1' is not available/,
  },
  {
    name: 'no-progress-thread',
    recording: 'no-progress-thread',
    fields: { ...LIBFABRIC, stallTimeout: '20s' },
    env: { FI_PROVIDER: 'tcp' },
    stopped: ['node1', 'node2'],
    hung: true,
    class: 'Hung',
    quote: /^the ranks /,
  },
  {
    name: 'target-killed',
    recording: 'target-killed',
    fields: {},
    env: { LOCAL_FAULT: 'kill:6s@node1', LOCAL_NIXLBENCH_POLLING: 'real' },
    stopped: ['node2'],
    class: 'PeerLost',
    quote: /^the rank on node1 \([^)]*\) was killed with SIGKILL \(exit code 137\)/,
  },
  {
    name: 'initiator-crashed',
    recording: 'initiator-crashed',
    fields: {},
    env: { LOCAL_FAULT: 'crash:50@node2', LOCAL_NIXLBENCH_POLLING: 'real' },
    stopped: ['node1'],
    class: 'Crashed',
    quote: /^the rank on node2 \([^)]*\) crashed with SIGSEGV \(exit code 139\) after .*"Segmentation fault"/,
  },
];

/** The test of a failure, as a spec has it. */
export function testOf({ name, fields, env }: RealFailure): Record<string, unknown> {
  return { name, ...FIELDS, ...fields, env };
}

/** Judges the recorded logs of the real tool. */
export function judgeRecording(failure: RealFailure): Judgement {
  const [test] = parseSpec({ name: 's', tests: [testOf(failure)] }).tests;
  if (!test) throw new Error('the spec has no test');
  const ranks = ([0, 1] as const).map((number): RankEvidence => {
    const position = number === 0 ? 'node2' : 'node1';
    const log = fixture(`nixlbench/real/${failure.recording}.rank${number}.txt`);
    const exitCode = /"event":"end","exitCode":(\d+)/.exec(log)?.[1];
    return {
      position,
      node: `gpu-${position}`,
      log,
      exitCode: exitCode === undefined ? undefined : Number(exitCode),
      endedBySuite: failure.stopped.includes(position),
      environment: failure.env,
    };
  });
  const fabric = ethernet(62.5e6, 'declared');
  return judgeTransport(test, ranks, {
    fabric,
    networkInterface: 'eth0',
    visibleNics: 1,
    timedOut: failure.hung ?? false,
  });
}
