import {
  API_ANSWERS,
  API_FAULTS,
  apiAnswerCase,
  DYNAMO_MISTAKES,
  type FaultCase,
  INFRASTRUCTURE_FAULTS,
  STORE_FAULTS,
  WORKER_FAULTS,
} from '../../test/support/fault-cases.js';
import { TOOL_FAULTS } from '../../test/support/tool-fault-cases.js';
import { code, heading, table } from './markdown.js';

/** Writes the tables of the faults that the end-to-end tests inject, with the outcomes that the tests assert. */
export function faultTables(): string {
  return [
    heading(2, 'Kubernetes, nodes and links'),
    caseTable(Object.values(INFRASTRUCTURE_FAULTS)),
    heading(2, 'API server'),
    caseTable([...API_ANSWERS.map(apiAnswerCase), ...Object.values(API_FAULTS)]),
    heading(2, 'Worker and Temporal server'),
    caseTable(Object.values(WORKER_FAULTS)),
    heading(2, 'Result store'),
    caseTable(Object.values(STORE_FAULTS)),
    heading(2, 'Tools'),
    toolTable(),
    heading(2, 'Dynamo deployment and load'),
    table(
      ['Mistake', 'Test fails with', 'Message names'],
      DYNAMO_MISTAKES.map(({ mistake, failure, names }) => [mistake, code(failure), code(names)]),
    ),
  ].join('\n\n');
}

function caseTable(cases: readonly FaultCase[]): string {
  return table(
    ['Fault', 'When', 'Verdict', 'Attempts', 'First attempt fails with'],
    cases.map(({ fault, moment, verdict, attempts: [fewest, most], failure }) => [
      fault,
      moment,
      verdict,
      fewest === most ? String(most) : `${fewest} or ${most}`,
      classes(failure),
    ]),
  );
}

function toolTable(): string {
  return table(
    ['Tool', 'Fault', 'On', 'Verdict', 'Attempts', 'First attempt fails with'],
    TOOL_FAULTS.map(({ tool, fault, verdict, attempts, first }) => {
      const { kind, where } = partsOf(fault);
      return [
        tool === 'nixl-libfabric' ? 'nixlbench' : 'ucx_perftest',
        kind,
        where,
        verdict,
        `${attempts}`,
        classes(first),
      ];
    }),
  );
}

function classes(names: readonly string[] | undefined): string {
  return names ? names.map(code).join(' or ') : '–';
}

const KINDS: Readonly<Record<string, (argument: string) => string>> = {
  hang: () => 'hangs without output',
  crash: (when) => `crashes ${moment(when)}`,
  abort: (when) => `aborts with std::bad_alloc ${moment(when)}`,
  kill: (when) => `is killed ${moment(when)}`,
  stall: (when) => `stalls and ignores SIGTERM ${moment(when)}`,
  segfault: () => 'exit code 139 after its table',
  'no-rows': () => 'exit code 0 without rows',
  truncated: () => 'last row cut',
  garbage: () => 'garbage instead of rows',
  unit: () => 'figures in a wrong unit (× 1000)',
  slow: (seconds) => `starts ${seconds} s late`,
  oom: () => 'takes all memory',
};

/** Says when a fault strikes: `N` percent of the rows, or `Ns` seconds after the start. */
function moment(when: string): string {
  if (when.endsWith('s')) return `${when.slice(0, -1)} s after its start`;
  return when === '0' ? 'before its first row' : `after ${when} % of its rows`;
}

/** Splits `KIND[:ARGUMENT][@POSITION][#ATTEMPT]`. */
function partsOf(fault: string): { kind: string; where: string } {
  const match = /^([a-z-]+)(?::(\d+s?))?(?:@(node[12]))?(?:#(\d+))?$/.exec(fault);
  const describe = KINDS[match?.[1] ?? ''];
  if (!match || !describe) throw new Error(`Fault "${fault}" has no description in docs/generator/fault-tables.ts`);
  const [, , argument = '', position = 'both ranks', attempt] = match;
  return { kind: describe(argument), where: `${position}, ${attempt ? `attempt ${attempt}` : 'every attempt'}` };
}
