import { formatBytes } from '../../units/units.js';
import { largestRow } from '../common/result-table.js';
import type { Tool } from '../common/tool.js';
import { nixlbenchArguments, unknownFlags } from './command.js';
import { differingOptions } from './configuration.js';
import {
  expectedNixlbenchBytes,
  expectedNixlbenchRows,
  nixlbenchGpus,
  nixlbenchOverhead,
  nixlbenchScope,
} from './expect.js';
import { NIXLBENCH_REGISTERED } from './identity.js';
import { NIXLBENCH_MESSAGES } from './messages.js';
import { nixlbenchTable } from './result-table.js';
import { nixlbenchRung } from './rung.js';
import { type NixlbenchSpec, nixlbenchContradictions, nixlbenchSpec } from './spec.js';
import { nixlbenchVersion } from './version.js';

/** Runs nixlbench of ai-dynamo/nixl: bandwidth between two NIXL agents over one NIXL back end. */
export const nixlbench = {
  name: 'nixlbench',
  program: 'nixlbench',
  schema: nixlbenchSpec,
  messages: NIXLBENCH_MESSAGES,
  probe: {
    program: 'nixlbench',
    helpOption: '--help',
    version: /version\s+v?([\d.]+\S*)/,
    versionOfHelp: nixlbenchVersion,
  },
  contradictions: nixlbenchContradictions,

  title: ({ backend }) => `NIXL ${backend}`,
  memory: segmentsOf,
  describe: (test) =>
    `nixlbench ${test.backend}, ${test.opType} ${segmentsOf(test)}, ${expectedNixlbenchRows(test).length} rows up to ${formatBytes(test.maxBlockSize)}`,

  scope: nixlbenchScope,
  usableNics: (_, given) => given,
  namedNics: () => [],
  gpus: nixlbenchGpus,
  expectedBytes(test) {
    const bytes = expectedNixlbenchBytes(test);
    return { least: bytes, most: bytes };
  },
  overhead: nixlbenchOverhead,
  curveOf: ({ backend }) => backend,

  run: (test, { etcdEndpoint, group }) => ({
    command: ['nixlbench', ...nixlbenchArguments(test, etcdEndpoint, group)],
    environment: {},
  }),
  readiness: () => ({ kind: 'log', pattern: NIXLBENCH_REGISTERED }),
  files: () => ({}),

  readTable: nixlbenchTable,
  headline(test, rows) {
    const row = largestRow(rows);
    return {
      metric: 'bandwidth',
      value: row.bytesPerSecond,
      conditions: `${test.opType} ${segmentsOf(test)}, ${formatBytes(row.blockSize)} × ${row.batchSize}`,
      original: row.original,
    };
  },
  // With several threads, the latency is that of one thread; versions before 1.1 print a wrong one.
  bandwidthFollowsFromLatency: ({ numThreads }) => numThreads === 1,
  differingOptions,
  corruption: (lines) => lines.find((line) => line.startsWith('Consistency check failed')),
  nixlPlugin: ({ backend }) => `libplugin_${backend}.so`,
  unknownOptions: (test, help) => unknownFlags(nixlbenchArguments(test, '', ''), help).map((flag) => `--${flag}`),
  rung: nixlbenchRung,
} satisfies Tool<NixlbenchSpec>;

function segmentsOf({ initiatorSegType, targetSegType }: NixlbenchSpec): string {
  return `${initiatorSegType} to ${targetSegType}`;
}
