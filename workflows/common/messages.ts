import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CellTimes } from '../../suite/plan/rest-of-test.js';
import type { Range } from '../../suite/plan/test-forecast.js';
import type { Problem } from '../../suite/run/cluster-facts.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import type { RunOutcome } from '../../suite/verdict/outcome.js';
import type { Reason, Verdict } from '../../suite/verdict/verdict.js';

/** Queries, signals, updates and search attributes of a running suite. */

/** State of one test of a running suite. */
export interface TestProgress {
  readonly name: string;
  readonly status: 'waiting' | 'running' | 'parked' | 'done';
  readonly verdict?: Verdict;
  /** Figures measured so far, with their unit, or the class of the failure. */
  readonly result?: string;
  /** Number of recorded cells, and minimum number of cells. */
  readonly cells: { readonly done: number; readonly of: number };
  /** The failure with its remedy; only for the first tests with one, because a suite can have thousands of tests. */
  readonly failure?: FailureRecord;
}

export interface Progress {
  readonly phase: 'set-up' | 'benchmarks' | 'dynamo' | 'report' | 'done';
  /** The current step, as text. */
  readonly step: string;
  readonly paused: boolean;
  readonly remaining: Remaining;
  readonly tests: readonly TestProgress[];
  readonly problems: readonly Problem[];
}

/**
 * Estimate of the seconds until the suite ends, made at the time `at`; `remainingTime` lists what it excludes. `low` and
 * `high` are the ends of an interval.
 */
export interface Remaining extends Range {
  /** Expected seconds; absent from a worker of a former version. */
  readonly expected?: number;
  /** Time of the estimate, ISO 8601. A query does not advance the workflow's clock. */
  readonly at: string;
}

/** `temporal workflow query --workflow-id ID --name progress` */
export const progressQuery = defineQuery<Progress>('progress');

/** `temporal workflow signal --workflow-id ID --name pause`: starts no further cell and releases the nodes. */
export const pauseSignal = defineSignal('pause');
/** `temporal workflow signal --workflow-id ID --name resume` */
export const resumeSignal = defineSignal('resume');

/** Decision of a person on a parked test. */
export interface Resolution {
  readonly test: string;
  /**
   * - `retry`: runs the test again, without the recorded cells;
   * - `skip`: continues without the test; the suite can no longer pass;
   * - `abort`: ends the suite.
   */
  readonly action: 'retry' | 'skip' | 'abort';
}

export const RESOLUTIONS = ['retry', 'skip', 'abort'] as const satisfies readonly Resolution['action'][];

/**
 * `temporal workflow update execute --workflow-id ID --name resolveTest --input '{"test":"nixl-ucx","action":"retry"}'`
 */
export const resolveTestUpdate = defineUpdate<string, [Resolution]>('resolveTest');
/** `temporal workflow update execute --workflow-id ID --name skipTest --input '"nixl-ucx"'` */
export const skipTestUpdate = defineUpdate<string, [string]>('skipTest');

/** Signal of a block's workflow to its suite: progress of a test. */
export interface TestReport {
  readonly test: string;
  readonly step: string;
  /** Number of recorded cells. */
  readonly done: number;
  /** Newest figures as text. */
  readonly result?: string | undefined;
  /** Times of its measured cells. */
  readonly took?: CellTimes | undefined;
}
export const testReportSignal = defineSignal<[TestReport]>('testReport');

/** Name of the suite, as in the spec. */
export const SUITE_NAME = defineSearchAttributeKey('SuiteName', 'KEYWORD');
/** `running` or `parked`; after the end the outcome of the suite (or `cancelled`), or the verdict of the test. */
export const SUITE_VERDICT = defineSearchAttributeKey('SuiteVerdict', 'KEYWORD');
/** Name of the test that a test's workflow measures, or that a suite is running. */
export const SUITE_TEST = defineSearchAttributeKey('SuiteTest', 'KEYWORD');

/** Result of the suite's workflow. */
export interface SuiteResult {
  /** The verdict, or `regressed`. */
  readonly outcome: RunOutcome;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** The tests; of a large suite those that did not pass come first, and the report has the others. */
  readonly tests: readonly TestProgress[];
  /** Number of all tests by verdict. */
  readonly counts: Readonly<Partial<Record<Verdict, number>>>;
  /** Path on the worker of the folder with report.md, record.json and all logs; absent when the reports are missing. */
  readonly results?: string;
  /** Why the reports are missing, and the command that makes them. */
  readonly missingReport?: string;
}
