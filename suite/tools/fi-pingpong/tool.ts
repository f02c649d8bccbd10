import type { Row } from '../../hardware/measurement.js';
import { formatBytes } from '../../units/units.js';
import { largestRow } from '../common/result-table.js';
import type { Headline, Tool } from '../common/tool.js';
import { pingpongReadiness, pingpongScript, runPingpong, scriptFile, unknownPingpongOptions } from './command.js';
import { expectedPingpongBytes, pingpongOverhead, pingpongStallTimeout } from './expect.js';
import { FI_PINGPONG_MESSAGES } from './messages.js';
import { parsePingpong } from './parse.js';
import { pingpongTable } from './result-table.js';
import { type FiPingpongSpec, fiPingpongContradictions, fiPingpongSpec } from './spec.js';

/**
 * Runs fi_pingpong of ofiwg/libfabric: messages and answers over libfabric, without NIXL. AWS uses it as its first EFA
 * test.
 */
export const fiPingpong = {
  name: 'fi-pingpong',
  program: 'fi_pingpong',
  schema: fiPingpongSpec,
  messages: FI_PINGPONG_MESSAGES,
  signs: [],
  usesEtcd: false,
  probe: { program: 'fi_pingpong', helpOption: '-h' },
  contradictions: fiPingpongContradictions,
  doubts: () => [],

  title: ({ endpoint }) => `libfabric ping-pong, ${endpoint}`,
  memory: () => 'host memory',
  describe: (test) =>
    `fi_pingpong over ${test.provider ?? 'the provider of FI_PROVIDER'}, ${test.endpoint}, host memory, ${test.sizes.map(formatBytes).join(', ')}`,

  // fi_pingpong has one endpoint on one device.
  scope: () => 'nic',
  usableNics: (_, given) => Math.min(1, given),
  namedNics: ({ domain }) => (domain === undefined ? [] : [domain.replace(/-(?:rdm|dgrm)$/, '')]),
  gpus: () => 0,
  expectedBytes: expectedPingpongBytes,
  transfer: () => ({ operation: 'SEND', senders: ['node1', 'node2'] }),
  overhead: pingpongOverhead,
  curveOf: () => undefined,

  run: runPingpong,
  readiness: pingpongReadiness,
  files: (test) => ({ [scriptFile(test.name)]: pingpongScript(test) }),

  printedRows: (_, lines) => parsePingpong(lines),
  stallTimeout: pingpongStallTimeout,

  readTable: pingpongTable,
  headline,
  bandwidthFollowsFromLatency: () => true,
  differingOptions: () => [],
  corruption: (lines) => lines.find((line) => /^Error at iteration=\d+ size=\d+ byte=\d+$/.test(line)),
  unknownOptions: unknownPingpongOptions,
  rung: () => ({
    name: 'libfabric',
    library: 'libfabric',
    extent: 'pair',
    memory: 'DRAM',
    direction: 'SEND',
    pattern: 'ping-pong',
  }),
} satisfies Tool<FiPingpongSpec>;

/** Returns the bandwidth of the largest message, or the latency of the smallest. */
function headline({ endpoint, figure }: FiPingpongSpec, rows: readonly Row[]): Headline {
  const smallest = rows.reduce((best, row) => (row.blockSize < best.blockSize ? row : best));
  const { blockSize, bytesPerSecond, latency = 0, original } = figure === 'latency' ? smallest : largestRow(rows);
  const conditions = `ping-pong of ${formatBytes(blockSize)}, ${endpoint}, host memory`;
  return { metric: figure, value: figure === 'latency' ? latency : bytesPerSecond, conditions, original };
}
