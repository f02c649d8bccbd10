import { isCancellation, log, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ComparisonSummary } from '../../activities/report/regressions.js';
import type { RunEnd, RunStart } from '../../activities/report/run-head.js';
import { pauseNote, scheduleToPause } from '../../suite/run/schedule-pause.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { type FailureRecord, failureRecord } from '../../suite/verdict/failure.js';
import { outcomeOf, type RunOutcome } from '../../suite/verdict/outcome.js';
import type { Reason, Verdict } from '../../suite/verdict/verdict.js';
import { notifyActivities, reportActivities, shortActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import { SUITE_VERDICT } from '../common/messages.js';
import type { RunningSuite } from './running-suite.js';
import type { SuiteState } from './suite-state.js';

/**
 * Maximum number of tests whose failure belongs to no cell and gets its message in the record. The histories of the tests
 * have the messages of all.
 */
const MOST_INTERRUPTIONS = 100;

/** A verdict with its reasons. */
export interface Judged {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/** How a suite run was concluded. */
export interface Conclusion extends Judged {
  readonly outcome: RunOutcome;
  /** Folder with the reports; undefined when they could not be made. */
  readonly folder?: string | undefined;
  /** Why the reports could not be made. */
  readonly missing?: FailureRecord | undefined;
}

/** Facts about a suite run for its record. */
export interface RecordedRun {
  readonly suite: RunningSuite;
  /** The spec as the user wrote it. */
  readonly input: unknown;
  /** Whether `recordStart` has stored the start of the run. */
  readonly isStartRecorded: boolean;
}

/**
 * Records the end of a run, compares it with its baseline, writes the reports and sends the notifications. Only a failure
 * to record the end fails: a comparison, a report or a notification that cannot be made does not change the verdict.
 */
export async function conclude(run: RecordedRun, judged: Judged): Promise<Conclusion> {
  const { suite } = run;
  suite.state.setPhase('report', 'recording the result');
  const conclusion = suite.isBounded ? await record(run, judged) : await recordAsFormer(run, judged);
  upsertSearchAttributes([{ key: SUITE_VERDICT, value: conclusion.outcome }]);
  return conclusion;
}

/** Records a cancelled run and writes its reports. */
export async function concludeCancelled(run: RecordedRun): Promise<void> {
  const { suite } = run;
  upsertSearchAttributes([{ key: SUITE_VERDICT, value: 'cancelled' }]);
  const message = `cancelled during the step "${suite.state.step}"`;
  const input = endInput(run, { verdict: 'fail', reasons: [{ code: 'cancelled', message }] });
  if (!suite.isBounded) {
    await shortActivities.writeReport(input);
    return;
  }
  await shortActivities.recordEnd(input);
  await reportActivities
    .writeReport({ run: suite.run })
    .catch((error: unknown) => logFailure('write the reports', error));
}

async function record(run: RecordedRun, judged: Judged): Promise<Conclusion> {
  const { suite } = run;
  const { verdict, reasons } = await shortActivities.recordEnd(endInput(run, judged));
  const comparison = await compare(suite);
  const outcome = outcomeOf(verdict, comparison?.change);
  suite.state.setStep('writing the reports');
  let folder: string | undefined;
  let missing: FailureRecord | undefined;
  try {
    ({ folder } = await reportActivities.writeReport({ run: suite.run }));
  } catch (error) {
    missing = failureOf(error);
    log.warn('cannot write the reports', { ...missing });
  }
  await notify(suite, { outcome, reasons, comparison, folder });
  await pauseSchedule(suite, outcome);
  return { outcome, verdict, reasons, folder, missing };
}

/** Concludes a run of an earlier version, in the order of its steps. */
async function recordAsFormer(run: RecordedRun, judged: Judged): Promise<Conclusion> {
  const { suite } = run;
  const { folder } = await shortActivities.writeReport(endInput(run, judged));
  const comparison = await compare(suite);
  const outcome = outcomeOf(judged.verdict, comparison?.change);
  await notify(suite, { outcome, reasons: judged.reasons, comparison, folder });
  return { ...judged, outcome, folder };
}

function endInput({ suite, input, isStartRecorded }: RecordedRun, judged: Judged) {
  const { run, state } = suite;
  const start: RunStart = { startedAt: state.startedAt, spec: input, setup: state.setup };
  return { run, end: endOf(state, judged), ...(isStartRecorded ? {} : { start }) };
}

function endOf(state: SuiteState, { verdict, reasons }: Judged): RunEnd {
  const { platform, platformFailure, kept } = state;
  const interrupted = state.tests.filter((test) => test.interrupted);
  const explained = new Set(interrupted.slice(0, MOST_INTERRUPTIONS));
  const failureOfTest = (test: SuiteState['tests'][number]) => {
    if (!test.failure || !test.interrupted) return {};
    const { class: failureClass } = test.failure;
    return {
      failure: explained.has(test)
        ? test.failure
        : failureRecord(failureClass, 'the history of the test has the message'),
    };
  };
  return {
    verdict,
    reasons,
    tests: state.tests.map((test) => ({
      name: test.test.name,
      verdict: test.verdict ?? 'skipped',
      cells: test.done,
      ...failureOfTest(test),
    })),
    dynamo: {
      ...(platform ? { platform } : {}),
      ...(platformFailure ? { failure: platformFailure } : {}),
      ...(kept === undefined ? {} : { kept }),
    },
  };
}

async function compare({ run, spec }: RunningSuite): Promise<ComparisonSummary | undefined> {
  const { regression } = spec;
  return shortActivities
    .compareRun({ run, regression })
    .catch((error: unknown) => logFailure('compare the run with its baseline', error));
}

async function notify(
  { run, spec }: RunningSuite,
  notice: {
    outcome: RunOutcome;
    reasons: readonly Reason[];
    comparison: ComparisonSummary | undefined;
    folder: string | undefined;
  },
): Promise<void> {
  const { webhook, name: suite }: SuiteSpec = spec;
  if (!webhook) return;
  await notifyActivities
    .notify({ run, webhook, notice: { suite, ...notice } })
    .catch((error: unknown) => logFailure('send the result to the webhook', error));
}

/** Pauses the schedule that started the run, if the memo of the run asks for it. */
async function pauseSchedule({ run }: RunningSuite, outcome: RunOutcome): Promise<void> {
  const { memo, searchAttributes } = workflowInfo();
  const scheduleId = scheduleToPause(memo, searchAttributes, outcome);
  if (scheduleId === undefined) return;
  const note = pauseNote(run.workflowId, outcome, scheduleId);
  await notifyActivities
    .pauseSchedule({ run, scheduleId, note })
    .catch((error: unknown) => logFailure(`pause schedule ${scheduleId}`, error));
}

function logFailure(what: string, error: unknown): undefined {
  if (isCancellation(error)) throw error;
  log.warn(`cannot ${what}`, { failure: failureOf(error) });
}
