import { formatBytes } from '../../units/units.js';
import { largestRow } from '../common/result-table.js';
import type { Tool } from '../common/tool.js';
import { batchFile, runUcx, ucxBatch, ucxReadiness } from './command.js';
import { expectedUcxBytes, UCX_OVERHEAD, ucxScope, ucxStallTimeout } from './expect.js';
import { UCX_PERFTEST_MESSAGES } from './messages.js';
import { parseUcxOutput } from './parse.js';
import { ucxTable } from './result-table.js';
import { ucxRung } from './rung.js';
import { isLatencyTest, type UcxPerftestSpec, ucxPerftestSpec } from './spec.js';
import { ucxTransfer } from './transfer.js';

/** Runs ucx_perftest of openucx/ucx: bandwidth or latency of UCX without NIXL. */
export const ucxPerftest = {
  name: 'ucx-perftest',
  program: 'ucx_perftest',
  schema: ucxPerftestSpec,
  messages: UCX_PERFTEST_MESSAGES,
  signs: [],
  usesEtcd: false,
  contradictions: () => [],
  doubts: () => [],

  title: ({ test }) => test,
  memory: ({ memory }) => `${memory} memory`,
  describe: (test) => `ucx_perftest ${test.test}, ${test.memory} memory, ${test.sizes.map(formatBytes).join(', ')}`,

  scope: ucxScope,
  usableNics: ({ devices }, given) => (devices.length > 0 ? Math.min(devices.length, given) : given),
  namedNics: ({ devices }) => devices.map((device) => device.replace(/:\d+$/, '')),
  gpus: ({ memory }) => (memory === 'host' ? 0 : 1),
  expectedBytes: expectedUcxBytes,
  transfer: ucxTransfer,
  overhead: () => UCX_OVERHEAD,
  curveOf: () => undefined,

  run: runUcx,
  readiness: ucxReadiness,
  files: (test) => ({ [batchFile(test.name)]: ucxBatch(test) }),

  printedRows: ({ test }, lines) => parseUcxOutput(lines, isLatencyTest(test)),
  stallTimeout: ucxStallTimeout,

  readTable: ucxTable,
  headline(test, rows) {
    const row = largestRow(rows);
    const conditions = `${test.test}, ${formatBytes(row.blockSize)}, ${test.memory} memory`;
    return isLatencyTest(test.test) && row.latency !== undefined
      ? { metric: 'latency', value: row.latency, conditions, original: row.original }
      : { metric: 'bandwidth', value: row.bytesPerSecond, conditions, original: row.original };
  },
  bandwidthFollowsFromLatency: () => true,
  differingOptions: () => [],
  corruption: () => undefined,
  unknownOptions: () => [],
  rung: ucxRung,
} satisfies Tool<UcxPerftestSpec>;
