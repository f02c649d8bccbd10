import { memlockText } from '../../suite/cluster/probe.js';
import { type Ladder, laddersOf } from '../../suite/comparability/ladder.js';
import { validValue } from '../../suite/comparability/transport.js';
import { ceilingOfShares, isAboveCeiling } from '../../suite/hardware/fabric.js';
import type { SuiteRecord, TestRecord, TransportCell } from '../../suite/record/record.js';
import { isSameNode } from '../../suite/schema/placement.js';
import { findDrift, type Summary, summarize } from '../../suite/statistics/statistics.js';
import { codeSpan } from '../../suite/text/markdown.js';
import { formatPercent, formatSignedPercent } from '../../suite/units/percent.js';
import { secondsBetween } from '../../suite/units/time.js';
import { formatBytes, formatDuration, formatRate } from '../../suite/units/units.js';
import { orDash, sentence } from '../markup/text.js';
import { mappedVersionNotes } from '../model/mapped-versions.js';
import { distanceNotes } from '../model/pair-distance.js';
import { privilegeNotes } from '../model/privileges.js';
import { printedText, TIME_PARTS, timeText } from '../model/row-text.js';
import { dynamoSection } from './dynamo-report.js';
import { fabricSection } from './fabric-section.js';
import { linkTarget } from './link-target.js';

/**
 * Renders a run, whose texts are escaped for Markdown, as Markdown: the table of results, the reasons of each verdict, and links to the evidence.
 *
 * @param word outcome of the run: its verdict, `regressed` or `running`
 */
export function reportMarkdown(record: SuiteRecord, word: string): string {
  return [
    `# ${record.suite}: ${word}`,
    '',
    `Run ${codeSpan(record.workflowId)}, ${record.startedAt} to ${record.endedAt} (${formatDuration(secondsBetween(record.startedAt, record.endedAt))}).`,
    ...record.reasons.map(({ message }) => `- ${message}`),
    '',
    ...problemsSection(record),
    ...resultsSection(record),
    ...ladderSection(record),
    ...fabricSection(record),
    ...dynamoSection(record),
    ...record.tests.flatMap(testSection),
    ...clusterSection(record),
  ].join('\n');
}

function problemsSection({ setup }: SuiteRecord): string[] {
  if (setup.problems.length === 0) return [];
  return [
    '## Cluster problems that prevented the run',
    '',
    ...setup.problems.map(({ subject, message, hint }) => `- **${subject}**: ${message}. ${sentence(hint)}`),
    '',
  ];
}

function resultsSection({ tests }: SuiteRecord): string[] {
  if (tests.length === 0) return [];
  return [
    '## Results',
    '',
    '"Claimed" figures are from documents, "measured" figures are from this run. "Share" is measured ÷ ceiling, where the ceiling is that of the NICs that the test could use. GB = 1e9 bytes.',
    '',
    '| test | claimed | ceiling | measured | share | verdict | evidence |',
    '|---|---|---|---|---|---|---|',
    ...tests.flatMap(testRows),
    '',
  ];
}

function testRows(test: TestRecord): string[] {
  if (test.cells.length === 0) {
    const why = test.failure ? ` (${test.failure.class})` : '';
    return [`| ${nameOf(test)} | ${claimText(test, undefined)} | – | – | – | **${test.verdict}**${why} | – |`];
  }
  return test.cells.map((cell) => {
    const { measurement } = cell;
    const ceiling = ceilingOfShares(cell);
    const isBandwidth = measurement?.metric === 'bandwidth';
    const value = orDash(measurement?.value, isBandwidth ? formatRate : formatDuration);
    const share = isBandwidth && ceiling ? formatPercent(measurement.value / ceiling.bytesPerSecond) : '–';
    const noCeiling = isSameNode(cell.parameters) ? 'none (same node)' : '–';
    const ceilingText = ceiling ? `${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation})` : noCeiling;
    const why = cell.failure ? ` (${cell.failure.class})` : '';
    const evidence =
      cell.attempts
        .at(-1)
        ?.ranks.map(({ position, log }) => `[${position}](${linkTarget(log.path)})`)
        .join(' ') ?? '–';
    const repetition = test.cells.length > 1 ? ` ${cell.warmUp ? 'warm-up ' : ''}#${cell.repetition}` : '';
    return `| ${nameOf(test)}${repetition} | ${claimText(test, cell)} | ${ceilingText} | ${value} | ${share} | **${cell.verdict}**${why} | ${evidence} |`;
  });
}

function ladderSection({ tests }: SuiteRecord): string[] {
  const ladders = laddersOf(tests);
  if (ladders.length === 0) return [];
  const shared = ladders.some(({ rungs }) => rungs.some(({ sameNode }) => sameNode))
    ? ' A rung on one node is a control over NVLink, PCIe or shared memory: it says nothing about the fabric.'
    : '';
  return [
    '## The ladder',
    '',
    'Bandwidth from the hardware ceiling down to NIXL, under the same conditions. Rungs whose parameters differ have no ratio.'.concat(
      shared,
    ),
    '',
    ...ladders.flatMap(ladderTable),
  ];
}

function ladderTable({ pair, conditions, ceiling, rungs }: Ladder): string[] {
  return [
    `${pair.node1} and ${pair.node2}, ${conditions}:`,
    '',
    '| rung | bandwidth | of the ceiling | of the rung above | why |',
    '|---|---|---:|---:|---|',
    `| hardware ceiling | ${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation}) | 100 % | – | |`,
    ...rungs.map(({ name, test, conditions: own, bandwidth, shareOfCeiling, shareOfAbove, blocked, reasons }) => {
      const why = [...(blocked ? [`differs from the rung above: ${blocked}`] : []), ...reasons].join('; ');
      return `| ${name} (${test}${own ? `: ${own}` : ''}) | ${bandwidth ? bandwidthText(bandwidth) : '–'} | ${orDash(shareOfCeiling, formatPercent)} | ${orDash(shareOfAbove, formatPercent)} | ${why} |`;
    }),
    '',
  ];
}

/** Formats the median with its 95 % interval and the number of repetitions, if there are several. */
function bandwidthText({ n, median, interval }: Summary): string {
  const within = interval ? `, 95 % ${formatRate(interval.low)} to ${formatRate(interval.high)}` : '';
  return `${formatRate(median)}${n > 1 ? ` (median of ${n}${within})` : ''}`;
}

function nameOf({ name, required }: TestRecord): string {
  return required ? name : `${name} (not required)`;
}

function claimText({ claimed }: TestRecord, cell: TransportCell | undefined): string {
  if (!claimed) return '–';
  const ceiling = cell && ceilingOfShares(cell);
  const impossible = ceiling && claimed.value > ceiling.bytesPerSecond;
  return `${formatRate(claimed.value)}${impossible ? ' **impossible here**' : ''}`;
}

function testSection(test: TestRecord): string[] {
  return [
    `## ${test.name}`,
    '',
    ...repetitionLines(test),
    ...(test.failure && test.cells.length === 0 ? failureLines(test.failure) : []),
    ...test.cells.flatMap((cell) => cellSection(test, cell)),
  ];
}

/** Summarizes the repetitions with a valid figure. */
function repetitionLines({ cells }: TestRecord): string[] {
  const values = cells.flatMap((cell) => validValue(cell) ?? []);
  if (values.length < 2) return [];
  const format = cells.some(({ measurement }) => measurement?.metric === 'latency') ? formatDuration : formatRate;
  const seed = cells[0]?.provenance?.seed ?? 1;
  const { n, median, interval, cv, min, max } = summarize(values, seed);
  const drift = findDrift(values, seed);
  return [
    `Median of ${n}: ${format(median)}${interval ? `, 95 % interval ${format(interval.low)} to ${format(interval.high)} (bootstrap, seed ${seed})` : ''}; coefficient of variation ${formatPercent(cv)}, from ${format(min)} to ${format(max)}.`,
    ...(drift?.detected
      ? [
          `**Drift**: ${formatSignedPercent(drift.change)} from the first repetition to the last (p = ${drift.pValue.toFixed(4)}).`,
        ]
      : []),
    '',
  ];
}

function cellSection(test: TestRecord, cell: TransportCell): string[] {
  const { claimed } = test;
  const ceiling = ceilingOfShares(cell);
  const impossible =
    claimed && ceiling && claimed.value > ceiling.bytesPerSecond
      ? [
          `- claim: ${formatRate(claimed.value)} (${claimed.source}) is ${(claimed.value / ceiling.bytesPerSecond).toFixed(1)} times the ceiling of ${formatRate(ceiling.bytesPerSecond)} (${ceiling.explanation}): impossible on this hardware`,
        ]
      : [];
  return [
    ...(test.cells.length > 1 ? [`### ${cell.warmUp ? 'Warm-up' : 'Repetition'} ${cell.repetition}`, ''] : []),
    ...cell.reasons.map(({ code, message }) => `- ${code}: ${message}`),
    ...impossible,
    '',
    ...(cell.failure ? failureLines(cell.failure) : []),
    ...rowTable(cell),
    ...attemptLines(cell),
  ];
}

function failureLines({ class: failureClass, message, hint }: NonNullable<TransportCell['failure']>): string[] {
  return [`**${failureClass}**: ${message}. ${sentence(hint)}`, ''];
}

function rowTable({ rows, ceiling }: TransportCell): string[] {
  if (rows.length === 0) return [];
  const parts = rows.some(({ times }) => times) ? TIME_PARTS : [];
  return [
    `| block | batch | bandwidth | latency |${parts.map((part) => ` ${part} |`).join('')} tool output |`,
    `|---:|---:|---:|---:|${parts.map(() => '---:|').join('')}---|`,
    ...rows.map((row) => {
      const { blockSize, batchSize, bytesPerSecond, latency } = row;
      const above = ceiling && isAboveCeiling(row, ceiling) ? ' (above the ceiling)' : '';
      const times = parts.map((part) => ` ${timeText(row, part)} |`).join('');
      return `| ${formatBytes(blockSize)} | ${batchSize} | ${formatRate(bytesPerSecond)}${above} | ${orDash(latency, formatDuration)} |${times} ${printedText(row)} |`;
    }),
    '',
  ];
}

function attemptLines({ attempts }: TransportCell): string[] {
  return [
    ...attempts.map(({ number, group, startDelay, ranks, failure }) => {
      const where = ranks.map(
        ({ position, node, exitCode, log }) =>
          `${position} = ${node}, exit code ${exitCode ?? '–'}, [log](${linkTarget(log.path)})`,
      );
      const delay = startDelay === undefined ? '' : `; node1 started ${startDelay.toFixed(0)} s after node2`;
      return `Attempt ${number} (group ${codeSpan(group)}): ${where.join('; ')}${delay}${failure ? `; **${failure.class}**: ${failure.message}` : ''}`;
    }),
    '',
  ];
}

function clusterSection(record: SuiteRecord): string[] {
  const { setup } = record;
  return [
    '## Cluster',
    '',
    `Kubernetes ${setup.kubernetesVersion ?? 'unknown'}.`,
    '',
    ...setup.nodes.map(
      (node) =>
        `- ${node.name}${node.name === setup.pair?.node1 ? ' (node1)' : node.name === setup.pair?.node2 ? ' (node2)' : ''}: ${node.instanceType}, zone ${node.zone}, kubelet ${node.kubeletVersion}, ${node.osImage}, kernel ${node.kernelVersion}`,
    ),
    ...distanceNotes(setup).map((text) => `- location of the two nodes: ${text}`),
    ...setup.devicePlugins.map(
      ({ namespace, name, image, ready, desired }) =>
        `- device plugin ${namespace}/${name}: ${image}, ${ready} of ${desired} ready`,
    ),
    ...setup.probes.map(
      (probe) =>
        `- image on ${probe.node}: ${codeSpan(probe.imageId)}; EFA domains ${probe.efaDomains ?? 'unknown'}, memlock ${memlockText(probe)}; ${Object.entries(
          probe.versions,
        )
          .map(([tool, version]) => `${tool} ${version}`)
          .join(', ')}`,
    ),
    ...[...privilegeNotes(record), ...mappedVersionNotes(record)].map((note) => `- ${note}`),
    '',
  ];
}
