import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery } from '@temporalio/workflow';
import type { Problem } from '../suite/cluster-facts.js';
import type { Reason, Verdict } from '../suite/verdict.js';

/** What people and programs can ask a running suite, and what they can search for. */

/** State of one test of a running suite. */
export interface TestProgress {
  readonly name: string;
  readonly status: 'waiting' | 'running' | 'done';
  readonly verdict?: Verdict;
  /** The measured figure with its unit, or the class of the failure. */
  readonly result?: string;
}

export interface Progress {
  readonly phase: 'set-up' | 'benchmarks' | 'report' | 'done';
  /** What happens right now, for people. */
  readonly step: string;
  readonly tests: readonly TestProgress[];
  readonly problems: readonly Problem[];
}

/** `temporal workflow query --workflow-id ID --name progress` */
export const progressQuery = defineQuery<Progress>('progress');

/** Name of the suite, as in the spec. */
export const SUITE_NAME = defineSearchAttributeKey('SuiteName', 'KEYWORD');
/** `running`, then the verdict of a suite or test. */
export const SUITE_VERDICT = defineSearchAttributeKey('SuiteVerdict', 'KEYWORD');
/** Name of the test: of a test's own workflow, or the one that a suite is at. */
export const SUITE_TEST = defineSearchAttributeKey('SuiteTest', 'KEYWORD');

/** What the suite's workflow returns. */
export interface SuiteResult {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  readonly tests: readonly TestProgress[];
  /** Folder with report.md, record.json and all logs, as the worker sees it. */
  readonly results: string;
}
