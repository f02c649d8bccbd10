import type { Report } from '../../reports/model/report.js';
import { exampleReport } from './example-report.js';

/** Texts from outside that would act in one of the formats, if it took them for more than text. */
export const ATTACKS = {
  html: '<img src=x onerror=alert(1)><script>alert(2)</script><a href="javascript:alert(3)">x</a>',
  terminal: '\u001b[2J\u001b]8;;https://evil.example/\u0007click\u001b]8;;\u0007 \u009b31m \u0000 \u202egnp.exe\u202c',
  markdown:
    '![i](https://evil.example/i.png) [l](javascript:alert(4)) <https://evil.example> https://evil.example www.evil.example a@evil.example @everyone `code` `` x | y *b* _i_ ~s~ $m$\n# heading\n- item\n\n<b>raw</b>',
  formula: '=HYPERLINK("https://evil.example";"x")',
} as const;

const ALL = Object.values(ATTACKS).join(' ');

/**
 * A report whose texts from outside are attacks: messages of tools, the workflow id, names of nodes and images, versions,
 * evidence, and the reason of an acknowledgement.
 */
export function attackReport(): Report {
  const report = exampleReport(2);
  const { record, comparison } = report;
  const failure = { class: 'Crashed', message: `the tool printed "${ALL}"`, hint: ALL };
  const [first, ...others] = record.tests;
  if (!first || !comparison) throw new Error('the example has no test or no comparison');
  const cells = first.cells.map((cell, i) => ({
    ...cell,
    verdict: 'fail' as const,
    reasons: [{ code: 'failure' as const, message: failure.message }],
    failure,
    attempts: cell.attempts.map((attempt) => ({
      ...attempt,
      group: '`` ` @everyone',
      ranks: attempt.ranks.map((rank) => ({
        ...rank,
        node: ALL,
        image: ALL,
        log: { ...rank.log, path: `${i}/(x) [y].html` },
      })),
    })),
    rows: cell.rows.map((row) => ({ ...row, original: ALL })),
  }));
  const metrics = comparison.metrics.map((metric, i) => ({
    ...metric,
    ...(i === 0 ? { metric: ALL, change: 'regressed' as const, reason: ALL, acknowledged: ALL } : {}),
  }));
  return {
    ...report,
    origin: { label: ALL, importedAt: record.endedAt, trusted: false },
    record: {
      ...record,
      suite: ALL,
      workflowId: `${ATTACKS.formula} ${ATTACKS.terminal} \` ${ATTACKS.markdown}`,
      reasons: [{ code: 'suite-failure', message: ALL }],
      tests: [{ ...first, failure, cells }, ...others],
      setup: {
        ...record.setup,
        problems: [{ subject: ALL, message: ALL, hint: ALL }],
        nodes: record.setup.nodes.map((node) => ({ ...node, osImage: ALL, kernelVersion: ALL })),
        probes: record.setup.probes.map((probe) => ({ ...probe, imageId: ALL, versions: { [ALL]: ALL } })),
      },
    },
    comparison: {
      ...comparison,
      reason: ALL,
      baseline: {
        ...comparison.baseline,
        name: ALL,
        runs: [{ workflowId: ALL, runId: 'r', startedAt: record.startedAt }],
      },
      metrics,
    },
  };
}
