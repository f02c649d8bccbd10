import assert from 'node:assert/strict';
import { FaultGrid } from '../support/fault-grid.js';
import { Lab, type SuiteEnd } from '../support/lab.js';

/** What a tool does, which ranks in which attempts, and what must come of it. */
interface Fault {
  readonly name: string;
  readonly tool: 'ucx-native' | 'nixl-libfabric';
  readonly fault: string;
  readonly verdict: string;
  readonly attempts: number;
  /** Class of the failure of the first attempt. */
  readonly first?: RegExp;
  readonly timeout?: string;
}

const INITIATOR = 'node2';
const CLIENT = 'node1';

/** node2 prints nixlbench's table (it registers first), node1 that of ucx_perftest (the client). */
const FAULTS: readonly Fault[] = [
  {
    name: 'n-hang',
    tool: 'nixl-libfabric',
    fault: `hang@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Hung$/,
    timeout: '12s',
  },
  {
    name: 'n-crash',
    tool: 'nixl-libfabric',
    fault: `crash:50@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^(Crashed|PeerLost)$/,
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
    first: /^Incomplete$/,
  },
  {
    name: 'n-truncated',
    tool: 'nixl-libfabric',
    fault: `truncated@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Incomplete$/,
  },
  {
    name: 'n-garbage',
    tool: 'nixl-libfabric',
    fault: `garbage@${INITIATOR}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Incomplete$/,
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
    first: /^OutOfMemory$/,
  },
  {
    name: 'u-hang',
    tool: 'ucx-native',
    fault: `hang@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Hung$/,
    timeout: '12s',
  },
  {
    name: 'u-crash',
    tool: 'ucx-native',
    fault: `crash:0@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^(Crashed|PeerLost)$/,
  },
  { name: 'u-segfault', tool: 'ucx-native', fault: 'segfault', verdict: 'pass (exit-code-after-table)', attempts: 1 },
  {
    name: 'u-no-rows',
    tool: 'ucx-native',
    fault: `no-rows@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Incomplete$/,
  },
  {
    name: 'u-truncated',
    tool: 'ucx-native',
    fault: `truncated@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Incomplete$/,
  },
  {
    name: 'u-garbage',
    tool: 'ucx-native',
    fault: `garbage@${CLIENT}#1`,
    verdict: 'pass',
    attempts: 2,
    first: /^Incomplete$/,
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
    first: /^OutOfMemory$/,
  },
];

/** Small, but large enough that a link's burst does not lift a figure above the ceiling. */
const SIZES = {
  'ucx-native': { sizes: ['1Mi'], iterations: 64, warmupIterations: 4 },
  'nixl-libfabric': {
    startBlockSize: '512Ki',
    maxBlockSize: '1Mi',
    numIter: 64,
    warmupIter: 2,
    totalBufferSize: '16Mi',
  },
};

/** Tools that fail in every way that is known of them, in one suite on the real box. */
describe('a tool that', function () {
  this.timeout(900_000);

  let lab: Lab;
  let end: SuiteEnd;
  const grid = new FaultGrid();

  before(async () => {
    lab = await Lab.open();
    const { tests } = await lab.spec();
    const spec = await lab.spec({
      resources: { memory: '512Mi', sharedMemory: '16Mi' },
      tests: FAULTS.map(({ name, tool, fault, timeout = '1m' }) => ({
        ...tests.find((test) => test.name === tool),
        ...SIZES[tool],
        name,
        timeout,
        required: false,
        expect: {},
        env: { LOCAL_FAULT: fault },
      })),
    });
    end = await lab.run(spec);
  });
  after(async () => {
    await lab?.close();
    console.log(`\n${grid}\n`);
  });

  for (const { name, tool, fault, verdict, attempts, first } of FAULTS) {
    it(`has the fault ${fault} (${tool}) ends with ${verdict} after ${attempts} attempt${attempts > 1 ? 's' : ''}`, async () => {
      const row = await grid.note(lab, end, { fault, moment: tool, test: name });
      const [cell] = end.record.tests.find((test) => test.name === name)?.cells ?? [];
      const text = JSON.stringify(cell, null, 2);
      assert.equal(row.verdict, verdict, text);
      assert.equal(row.attempts, attempts, text);
      if (first) assert.match(cell?.attempts[0]?.failure?.class ?? '', first, text);
      for (const { ranks } of cell?.attempts ?? []) assert.equal(ranks.length, 2, 'evidence of both ranks');
    });
  }
});
