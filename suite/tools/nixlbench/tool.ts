import { formatBytes } from '../../units/units.js';
import { largestRow } from '../common/result-table.js';
import type { Tool } from '../common/tool.js';
import { nixlbenchArguments, unknownFlags } from './command.js';
import { differingOptions } from './configuration.js';
import { nixlbenchContradictions } from './contradictions.js';
import { devicesBeyondOne } from './counted-devices.js';
import { nixlbenchDoubts } from './doubts.js';
import {
  expectedNixlbenchBytes,
  expectedNixlbenchRows,
  nixlbenchGpus,
  nixlbenchOverhead,
  nixlbenchScope,
  nixlbenchStallTimeout,
} from './expect.js';
import { NIXLBENCH_REGISTERED } from './identity.js';
import { NIXLBENCH_MESSAGES } from './messages.js';
import { optionsText } from './options.js';
import { parseNixlbenchTable } from './parse.js';
import { lacksProgressThread } from './progress-thread.js';
import { nixlbenchTable } from './result-table.js';
import { nixlbenchRung } from './rung.js';
import { NIXLBENCH_SIGNS } from './signs.js';
import { type NixlbenchSpec, nixlbenchSpec } from './spec.js';
import { nixlbenchTransfer } from './transfer.js';
import { nixlbenchTransferSeconds } from './transfer-seconds.js';
import { nixlbenchVersion } from './version.js';

/** Runs nixlbench of ai-dynamo/nixl: bandwidth between two NIXL agents over one NIXL back end. */
export const nixlbench = {
  name: 'nixlbench',
  program: 'nixlbench',
  schema: nixlbenchSpec,
  messages: NIXLBENCH_MESSAGES,
  usesEtcd: true,
  stopLine: 'Ctrl-C received',
  signs: NIXLBENCH_SIGNS,
  probe: {
    program: 'nixlbench',
    helpOption: '--help',
    version: /version\s{1,20}v?([\d.]{1,60}\S{0,60})/,
    versionOfHelp: nixlbenchVersion,
  },
  contradictions: nixlbenchContradictions,
  doubts: nixlbenchDoubts,

  title: ({ backend }) => `NIXL ${backend}`,
  memory: segmentsOf,
  describe: (test) =>
    [
      `nixlbench ${test.backend}`,
      `${test.opType} ${segmentsOf(test)}`,
      `${expectedNixlbenchRows(test).length} rows up to ${formatBytes(test.maxBlockSize)}`,
      optionsText(test),
    ]
      .filter((part) => part !== '')
      .join(', '),

  scope: nixlbenchScope,
  usableNics: (_, given) => given,
  namedNics: () => [],
  gpus: nixlbenchGpus,
  expectedBytes(test) {
    const bytes = expectedNixlbenchBytes(test);
    return { least: bytes, most: bytes };
  },
  transfer: nixlbenchTransfer,
  overhead: nixlbenchOverhead,
  curveOf: ({ backend }) => backend,

  run: (test, { etcdEndpoint, group }) => ({
    command: ['nixlbench', ...nixlbenchArguments(test, etcdEndpoint, group)],
    environment: {},
  }),
  readiness: () => ({ kind: 'log', pattern: NIXLBENCH_REGISTERED }),
  files: () => ({}),

  printedRows: (_, lines) => parseNixlbenchTable(lines),
  stallTimeout: nixlbenchStallTimeout,

  readTable: nixlbenchTable,
  headline(test, rows) {
    const row = largestRow(rows);
    const devices = devicesBeyondOne(test);
    const all = devices > 1 ? `, all ${devices} devices` : '';
    return {
      metric: 'bandwidth',
      value: row.bytesPerSecond,
      conditions: `${test.opType} ${segmentsOf(test)}, ${formatBytes(row.blockSize)} × ${row.batchSize}${all}`,
      original: row.original,
    };
  },
  // With several threads, the latency is that of one thread; versions before 1.1 print a wrong one.
  bandwidthFollowsFromLatency: ({ numThreads }) => numThreads === 1,
  transferSeconds: nixlbenchTransferSeconds,
  differingOptions,
  hungHint: (test, facts) =>
    lacksProgressThread(test, facts) && facts.rows === 0
      ? 'Set `enablePt` to true; without a progress thread, LIBFABRIC of NIXL 1.1 and later hangs over every provider but efa'
      : undefined,
  corruption: (lines) => lines.find((line) => line.startsWith('Consistency check failed')),
  nixlPlugin: ({ backend }) => `libplugin_${backend}.so`,
  unknownOptions: (test, help) => unknownFlags(nixlbenchArguments(test, '', ''), help).map((flag) => `--${flag}`),
  rung: nixlbenchRung,
} satisfies Tool<NixlbenchSpec>;

function segmentsOf({ initiatorSegType, targetSegType }: NixlbenchSpec): string {
  return `${initiatorSegType} to ${targetSegType}`;
}
