import type { AnyCell } from '../../results/records/any-cell.js';
import type { LoadCell, LoadTestRecord } from '../../suite/record/load-record.js';
import type { CellRecord, SuiteRecord, TestRecord } from '../../suite/record/record.js';
import { escapeMarkup } from '../markup/markup.js';
import type { Report } from '../model/report.js';

/**
 * A run as JUnit XML, for CI systems: a suite for the run itself, one for each test of any phase with a case for each
 * measured cell, and one for the comparison with a case for each metric. What is not required is skipped rather than
 * failed; what is inconclusive, and what kept the run from measuring, is an error.
 */
export function junitXml({ record, comparison }: Report): string {
  const suites = [
    suite('run', record.startedAt, casesOfRun(record)),
    ...record.tests.map((test) =>
      suite(test.name, record.startedAt, casesOf(test, measuredCells(test).map(transportCase(test)))),
    ),
    ...(record.dynamo?.tests ?? []).map((test) =>
      suite(test.name, record.startedAt, casesOf(test, test.cells.map(loadCase(test)))),
    ),
    ...(comparison
      ? [
          suite(
            'comparison with the baseline',
            record.startedAt,
            comparison.metrics.map(
              (metric): Case => ({
                className: `${record.suite}.${metric.metric.split('/')[0]}`,
                name: metric.metric,
                seconds: 0,
                ...(metric.change === 'regressed' && !metric.acknowledged
                  ? { result: 'failure', type: 'regressed', message: metric.reason }
                  : metric.change === 'inconclusive'
                    ? { result: 'skipped', type: 'inconclusive', message: metric.reason }
                    : {}),
              }),
            ),
          ),
        ]
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

function suite(name: string, timestamp: string, cases: readonly Case[]): { text: string; counts: Counts } {
  const count = (result: Case['result']) => cases.filter((one) => one.result === result).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
  const time = cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  const text = [
    `  <testsuite name="${escapeMarkup(name)}" tests="${counts.tests}" failures="${counts.failures}" errors="${counts.errors}" skipped="${counts.skipped}" time="${time}" timestamp="${escapeMarkup(timestamp)}">`,
    ...cases.map(caseXml),
    '  </testsuite>',
  ].join('\n');
  return { text, counts };
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

/** What went wrong around the tests; one case that passes when nothing did. */
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

function measuredCells({ cells }: TestRecord): readonly CellRecord[] {
  return cells.filter(({ warmUp }) => !warmUp);
}

/** What a test of any phase has in common with one of another. */
type AnyTest = Pick<TestRecord, 'name' | 'required' | 'verdict' | 'failure'>;

/** The cells of a test, and the test itself when it has none, or failed in a way that none of them shows. */
function casesOf(test: AnyTest, cases: readonly Case[]): readonly Case[] {
  const told = cases.length > 0 && (!test.failure || cases.some(({ result }) => result !== undefined));
  if (told) return cases;
  const message = test.failure ? `${test.failure.class}: ${test.failure.message}` : 'nothing is recorded';
  const whole = { className: test.name, name: cases.length === 0 ? test.name : 'all of it', seconds: 0 };
  return [...cases, { ...whole, ...resultOf(test, test.verdict, message, test.failure?.class) }];
}

function transportCase(test: TestRecord) {
  return (cell: CellRecord): Case => ({
    ...caseOf(test, cell),
    name: measuredCells(test).length > 1 ? `repetition ${cell.repetition}` : test.name,
    seconds: cell.attempts.reduce((sum, attempt) => sum + lasted(attempt.startedAt, attempt.endedAt), 0),
    output: [why(cell), ...(cell.attempts.at(-1)?.ranks.map(({ log }) => log.path) ?? [])].join('\n'),
  });
}

function loadCase(test: LoadTestRecord) {
  const repeated = test.cells.some(({ repetition }) => repetition > 1);
  return (cell: LoadCell): Case => ({
    ...caseOf(test, cell),
    name: `concurrency ${cell.concurrency}${repeated ? `, repetition ${cell.repetition}` : ''}`,
    seconds: lasted(cell.startedAt, cell.recordedAt),
    output: [why(cell), ...cell.evidence.map(({ path }) => path)].join('\n'),
  });
}

function caseOf(test: AnyTest, cell: AnyCell) {
  return { className: test.name, ...resultOf(test, cell.verdict, why(cell), cell.failure?.class) };
}

function resultOf(
  { required }: AnyTest,
  verdict: CellRecord['verdict'],
  message: string,
  type: string = verdict,
): Pick<Case, 'result' | 'type' | 'message'> {
  if (verdict === 'pass') return {};
  if (verdict === 'skipped' || !required) return { result: 'skipped', message: `${verdict}, ${message}` };
  return { result: verdict === 'inconclusive' ? 'error' : 'failure', type, message };
}

function why({ reasons, failure }: AnyCell): string {
  return failure ? `${failure.class}: ${failure.message}` : reasons.map(({ message }) => message).join('; ');
}

function lasted(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
