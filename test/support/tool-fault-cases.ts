import type { FailureClass } from '../../suite/verdict/failure.js';

/** What a tool does, which ranks in which attempts, and the outcome that it must have. */
export interface ToolFault {
  /** Name of the test in the suite. */
  readonly name: string;
  readonly tool: 'ucx-native' | 'nixl-libfabric';
  /** `KIND[:ARGUMENT][@POSITION][#ATTEMPT]`, as local/images/bench/faults/fault.py reads it. */
  readonly fault: string;
  readonly verdict: string;
  readonly attempts: number;
  /** Classes that the failure of the first attempt may have. */
  readonly first?: readonly FailureClass[];
  readonly timeout?: string;
  readonly stallTimeout?: string;
}

const INITIATOR = 'node2';
const CLIENT = 'node1';

/** node2 prints nixlbench's table (it registers first), node1 that of ucx_perftest (the client). */
export const TOOL_FAULTS: readonly ToolFault[] = [
  {
    name: 'n-hang',
    tool: 'nixl-libfabric',
    fault: `hang@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Hung'],
    timeout: '30s',
  },
  {
    name: 'n-stall',
    tool: 'nixl-libfabric',
    fault: `stall:50@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Hung'],
    stallTimeout: '30s',
  },
  {
    name: 'n-crash',
    tool: 'nixl-libfabric',
    fault: `crash:50@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Crashed', 'PeerLost'],
  },
  { name: 'n-crash-target', tool: 'nixl-libfabric', fault: `crash:0@${CLIENT}`, verdict: 'pass', attempts: 1 },
  {
    name: 'n-segfault',
    tool: 'nixl-libfabric',
    fault: 'segfault',
    verdict: 'pass (exit-code-after-table)',
    attempts: 1,
  },
  {
    name: 'n-no-rows',
    tool: 'nixl-libfabric',
    fault: `no-rows@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Incomplete'],
  },
  {
    name: 'n-truncated',
    tool: 'nixl-libfabric',
    fault: `truncated@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Incomplete'],
  },
  {
    name: 'n-garbage',
    tool: 'nixl-libfabric',
    fault: `garbage@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Incomplete'],
  },
  {
    name: 'n-unit',
    tool: 'nixl-libfabric',
    fault: `unit@${INITIATOR}`,
    verdict: 'inconclusive (implausible)',
    attempts: 1,
  },
  { name: 'n-slow-first', tool: 'nixl-libfabric', fault: `slow:8@${INITIATOR}`, verdict: 'pass', attempts: 1 },
  {
    name: 'n-slow-second',
    tool: 'nixl-libfabric',
    fault: `slow:30@${CLIENT}`,
    verdict: 'pass',
    attempts: 1,
    timeout: '2m',
  },
  {
    name: 'n-oom',
    tool: 'nixl-libfabric',
    fault: `oom@${CLIENT}`,
    verdict: 'fail (OutOfMemory)',
    attempts: 1,
    first: ['OutOfMemory'],
  },
  {
    name: 'u-hang',
    tool: 'ucx-native',
    fault: `hang@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Hung'],
    timeout: '30s',
  },
  {
    name: 'u-crash',
    tool: 'ucx-native',
    fault: `crash:0@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Crashed', 'PeerLost'],
  },
  { name: 'u-segfault', tool: 'ucx-native', fault: 'segfault', verdict: 'pass (exit-code-after-table)', attempts: 1 },
  {
    name: 'u-no-rows',
    tool: 'ucx-native',
    fault: `no-rows@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Incomplete'],
  },
  {
    name: 'u-truncated',
    tool: 'ucx-native',
    fault: `truncated@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Incomplete'],
  },
  {
    name: 'u-garbage',
    tool: 'ucx-native',
    fault: `garbage@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: ['Incomplete'],
  },
  { name: 'u-unit', tool: 'ucx-native', fault: `unit@${CLIENT}`, verdict: 'inconclusive (implausible)', attempts: 1 },
  {
    name: 'u-slow-second',
    tool: 'ucx-native',
    fault: `slow:15@${CLIENT}`,
    verdict: 'pass',
    attempts: 1,
    timeout: '2m',
  },
  {
    name: 'u-oom',
    tool: 'ucx-native',
    fault: `oom@${CLIENT}`,
    verdict: 'fail (OutOfMemory)',
    attempts: 1,
    first: ['OutOfMemory'],
  },
];
