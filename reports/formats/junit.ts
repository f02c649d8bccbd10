import type { CellRecord } from '../../results/records/any-cell.js';
import { originText } from '../../results/records/origin.js';
import type { MetricChange } from '../../results/regression/run-comparison.schema.js';
import type { InferenceCell, InferenceTestRecord } from '../../suite/record/inference-record.js';
import type { SuiteRecord, TestRecord, TransportCell } from '../../suite/record/record.js';
import { secondsBetween } from '../../suite/units/time.js';
import { escapeMarkup } from '../markup/markup.js';
import { sentence } from '../markup/text.js';
import { reasonText } from '../model/cell-reason.js';
import type { Report } from '../model/report.js';

/**
 * Renders a run as JUnit XML for CI systems: one test suite for the run itself, one for each test with a case for each
 * measured cell, and one for the comparison with a case for each metric. Tests that are not required are skipped instead of
 * failed. Inconclusive tests and cluster problems are errors. Property `origin` of the test suite `run` marks an imported run.
 */
export function junitXml({ record, comparison, origin }: Report): string {
  const suites = [
    suite('run', record.startedAt, casesOfRun(record), origin ? { origin: originText(origin) } : {}),
    ...record.tests.map((test) =>
      suite(test.name, record.startedAt, casesOf(test, measuredCells(test).map(transportCase(test)))),
    ),
    ...(record.dynamo?.tests ?? []).map((test) =>
      suite(test.name, record.startedAt, casesOf(test, test.cells.map(loadCase(test)))),
    ),
    ...(comparison
      ? [suite('comparison with the baseline', record.startedAt, comparison.metrics.map(metricCase(record)))]
      : []),
  ];
  const total = (name: keyof Counts) => suites.reduce((sum, { counts }) => sum + counts[name], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeMarkup(record.suite)}" tests="${total('tests')}" failures="${total('failures')}" errors="${total('errors')}" skipped="${total('skipped')}">`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
    '',
  ].join('\n');
}

function metricCase({ suite }: SuiteRecord) {
  return ({ metric, change, reason, acknowledged }: MetricChange): Case => ({
    className: `${suite}.${metric.split('/')[0]}`,
    name: metric,
    seconds: 0,
    ...(change === 'regressed' && !acknowledged ? { result: 'failure', type: change, message: reason } : {}),
    ...(change === 'inconclusive' ? { result: 'skipped', type: change, message: reason } : {}),
  });
}

interface Case {
  readonly className: string;
  readonly name: string;
  readonly seconds: number;
  readonly result?: 'failure' | 'error' | 'skipped';
  readonly type?: string;
  readonly message?: string;
  readonly output?: string;
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

function suite(
  name: string,
  timestamp: string,
  cases: readonly Case[],
  properties: Readonly<Record<string, string>> = {},
): { text: string; counts: Counts } {
  const count = (result: Case['result']) => cases.filter((one) => one.result === result).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
  const time = cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  const text = [
    `  <testsuite name="${escapeMarkup(name)}" tests="${counts.tests}" failures="${counts.failures}" errors="${counts.errors}" skipped="${counts.skipped}" time="${time}" timestamp="${escapeMarkup(timestamp)}">`,
    ...propertiesXml(properties),
    ...cases.map(caseXml),
    '  </testsuite>',
  ].join('\n');
  return { text, counts };
}

function propertiesXml(properties: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(properties).map(
    ([name, value]) => `      <property name="${escapeMarkup(name)}" value="${escapeMarkup(value)}"/>`,
  );
  return lines.length > 0 ? ['    <properties>', ...lines, '    </properties>'] : [];
}

function caseXml({ className, name, seconds, result, type, message, output }: Case): string {
  const open = `    <testcase classname="${escapeMarkup(className)}" name="${escapeMarkup(name)}" time="${seconds.toFixed(3)}"`;
  const body = [
    ...(result === 'skipped' ? [`<skipped message="${escapeMarkup(message ?? '')}"/>`] : []),
    ...(result === 'failure' || result === 'error'
      ? [`<${result} type="${escapeMarkup(type ?? '')}" message="${escapeMarkup(message ?? '')}"/>`]
      : []),
    ...(output ? [`<system-out>${escapeMarkup(output)}</system-out>`] : []),
  ];
  return body.length === 0 ? `${open}/>` : `${open}>${body.join('')}</testcase>`;
}

/** Returns a case for each problem outside the tests, or one passing case without any. */
function casesOfRun({ suite, setup, reasons }: SuiteRecord): readonly Case[] {
  const error = (name: string, type: string, message: string): Case => ({
    className: suite,
    name,
    seconds: 0,
    result: 'error',
    type,
    message,
  });
  const errors = [
    ...[...Map.groupBy(setup.problems, ({ subject }) => subject)].map(([subject, problems]) => {
      const messages = problems.map(({ message, hint }) => `${message}. ${hint}`);
      return error(`set-up: ${subject}`, 'ClusterNotReady', messages.join('; '));
    }),
    ...reasons
      .filter(({ code }) => code === 'suite-failure' || code === 'cancelled')
      .map(({ code, message }) => error('run', code, message)),
  ];
  return errors.length > 0 ? errors : [{ className: suite, name: 'run', seconds: 0 }];
}

function measuredCells({ cells }: TestRecord): readonly TransportCell[] {
  return cells.filter(({ warmUp }) => !warmUp);
}

/** Fields that transport and inference tests share. */
type AnyTest = Pick<TestRecord, 'name' | 'required' | 'verdict' | 'failure'>;

/** Adds a case for the test itself when it has no cells, or failed although its cells passed. */
function casesOf(test: AnyTest, cases: readonly Case[]): readonly Case[] {
  const isComplete = cases.length > 0 && (!test.failure || cases.some(({ result }) => result !== undefined));
  if (isComplete) return cases;
  const message = test.failure ? `${test.failure.class}: ${test.failure.message}` : 'no results recorded';
  const whole = { className: test.name, name: cases.length === 0 ? test.name : 'whole test', seconds: 0 };
  const [output] = remedyOf(test.failure);
  return [
    ...cases,
    { ...whole, ...resultOf(test, test.verdict, message, test.failure?.class), ...(output ? { output } : {}) },
  ];
}

function remedyOf(failure: AnyTest['failure']): string[] {
  return failure ? [`→ ${sentence(failure.hint)}`] : [];
}

function transportCase(test: TestRecord) {
  return (cell: TransportCell): Case => ({
    ...caseOf(test, cell),
    name: measuredCells(test).length > 1 ? `repetition ${cell.repetition}` : test.name,
    seconds: cell.attempts.reduce((sum, attempt) => sum + nonNegativeSeconds(attempt.startedAt, attempt.endedAt), 0),
    output: [
      reasonText(cell),
      ...remedyOf(cell.failure),
      ...(cell.attempts.at(-1)?.ranks.map(({ log }) => log.path) ?? []),
    ].join('\n'),
  });
}

function loadCase(test: InferenceTestRecord) {
  const repeated = test.cells.some(({ repetition }) => repetition > 1);
  return (cell: InferenceCell): Case => ({
    ...caseOf(test, cell),
    name: `concurrency ${cell.concurrency}${repeated ? `, repetition ${cell.repetition}` : ''}`,
    seconds: nonNegativeSeconds(cell.startedAt, cell.recordedAt),
    output: [reasonText(cell), ...remedyOf(cell.failure), ...cell.evidence.map(({ path }) => path)].join('\n'),
  });
}

function caseOf(test: AnyTest, cell: CellRecord) {
  return { className: test.name, ...resultOf(test, cell.verdict, reasonText(cell), cell.failure?.class) };
}

function resultOf(
  { required }: AnyTest,
  verdict: TransportCell['verdict'],
  message: string,
  type: string = verdict,
): Pick<Case, 'result' | 'type' | 'message'> {
  if (verdict === 'pass') return {};
  if (verdict === 'skipped' || !required) return { result: 'skipped', message: `${verdict}, ${message}` };
  return { result: verdict === 'inconclusive' ? 'error' : 'failure', type, message };
}

/** Returns seconds of at least 0: clocks may differ, and JUnit does not permit negative times. */
function nonNegativeSeconds(from: string, to: string): number {
  // A time of an imported record can be any text.
  return Math.max(0, secondsBetween(from, to) || 0);
}
