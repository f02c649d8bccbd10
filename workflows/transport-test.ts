import {
  ApplicationFailure,
  CancellationScope,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { PodSettings } from '../activities/rank-pod.js';
import type { StartedRank } from '../activities/ranks.js';
import type { CellSummary } from '../activities/records.js';
import type { Pair } from '../suite/cluster-facts.js';
import { ceilingOf } from '../suite/fabric.js';
import { FAILURES, type FailureRecord } from '../suite/failure.js';
import type { AttemptContext, Judgement } from '../suite/judge.js';
import type { AttemptRecord, RankRecord } from '../suite/record.js';
import type { Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import { scopeOf, type TransportTestSpec } from '../suite/transport-tests.js';
import { worst } from '../suite/verdict.js';
import { type ActivityProxies, activityProxies } from './activity-options.js';
import { failureOf } from './failures.js';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from './messages.js';

/** All that a test needs of its suite. */
export interface TransportTestInput {
  readonly suite: string;
  readonly run: Run;
  readonly test: TransportTestSpec;
  readonly settings: PodSettings;
  readonly pair: Pair;
  readonly imageIds: readonly string[];
  readonly fabric: Omit<AttemptContext, 'timedOut'>;
  readonly startDelay: SuiteSpec['startDelay'];
  readonly attempts: number;
  readonly timeouts: SuiteSpec['timeouts'];
}

export interface TransportTestResult {
  readonly verdict: Judgement['verdict'];
  readonly cells: readonly CellSummary[];
}

/** What the child's failure carries besides its class, so that the suite can report the cells that it has. */
export interface TransportTestFailureDetails {
  readonly hint: string;
  readonly cells: readonly CellSummary[];
}

/** The watchdog in the worker acts at the test's time limit; the kubelet's own acts this much later. */
const KUBELET_DEADLINE_MARGIN_SECONDS = 120;

/**
 * One test between two nodes: its cells, one after the other. A missed expectation is a result; a test that could not
 * be measured ends this workflow with the class of the failure.
 */
export async function transportTest(input: TransportTestInput): Promise<TransportTestResult> {
  const { test } = input;
  upsertSearchAttributes([
    { key: SUITE_NAME, value: input.suite },
    { key: SUITE_TEST, value: test.name },
    { key: SUITE_VERDICT, value: 'running' },
  ]);
  const cells: CellSummary[] = [];
  for (let repetition = 1; repetition <= test.repetitions; repetition++) {
    const cell = await measureCell(input, repetition);
    cells.push(cell);
    if (cell.failure && FAILURES[cell.failure.class].retry === 'never') break;
  }
  const verdict = worst(cells.map((cell) => cell.verdict));
  upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
  const failure = cells.find((cell) => cell.failure)?.failure;
  if (failure) {
    const details: TransportTestFailureDetails = { hint: failure.hint, cells };
    throw ApplicationFailure.nonRetryable(failure.message, failure.class, details);
  }
  return { verdict, cells };
}

async function measureCell(input: TransportTestInput, repetition: number): Promise<CellSummary> {
  const { run, test, settings, pair, imageIds, fabric } = input;
  const { quick } = activityProxies(input.timeouts);
  const cell = { test, settings, pair, imageIds, fabric: fabric.fabric, repetition };
  const recorded = await quick.findCell({ run, cell });
  if (recorded) return recorded;

  const attempts: AttemptRecord[] = [];
  let judgement: Judgement;
  do {
    const outcome = await new Attempt(input, repetition, attempts.length + 1).run();
    judgement = outcome.judgement;
    attempts.push(outcome.record);
  } while (
    judgement.failure &&
    FAILURES[judgement.failure.class].retry === 'rendezvous' &&
    attempts.length < input.attempts
  );
  return quick.recordCell({ run, cell, judgement, attempts });
}

/** One try at a cell: its own pods, its own group, its own evidence. Both ranks are new in every attempt. */
class Attempt {
  readonly #input: TransportTestInput;
  readonly #repetition: number;
  readonly #number: number;
  readonly #group: string;
  readonly #activities: ActivityProxies;
  readonly #ranks: { position: 'node1' | 'node2'; pod: string; node: string }[] = [];

  constructor(input: TransportTestInput, repetition: number, number: number) {
    this.#input = input;
    this.#repetition = repetition;
    this.#number = number;
    this.#group = `${input.run.key}-${workflowInfo().runId.slice(-6)}-${input.test.name}-r${repetition}-a${number}`;
    this.#activities = activityProxies(input.timeouts);
  }

  async run(): Promise<{ judgement: Judgement; record: AttemptRecord }> {
    const startedAt = new Date().toISOString();
    let timedOut = false;
    let endedBySuite: readonly string[] = [];
    let failure: FailureRecord | undefined;
    try {
      try {
        await this.#startBoth();
        ({ timedOut, endedBySuite } = await this.#watch());
      } catch (error) {
        failure = failureOf(error);
      }
      const ranks = await this.#storeEvidence(endedBySuite, failure !== undefined);
      const judgement = failure ? this.#unmeasured(failure) : await this.#judge(ranks, timedOut);
      return { judgement, record: this.#record({ startedAt, timedOut, ranks, failure: judgement.failure }) };
    } finally {
      const { run } = this.#input;
      const pods = this.#ranks.map(({ pod }) => pod);
      await CancellationScope.nonCancellable(() => this.#activities.quick.removeRanks({ run, pods }));
    }
  }

  /** node2 first; node1 when node2 is ready and `startDelay.min` has passed, or `startDelay.max` has. */
  async #startBoth(): Promise<void> {
    const { run, startDelay, pair } = this.#input;
    this.#details('wiping etcd');
    await this.#activities.quick.wipeEtcd({ run });
    this.#details(`starting the rank on node2 (${pair.node2})`);
    const first = await this.#start('node2', pair.node2, undefined, startDelay.max);
    const remaining = startDelay.min - first.runningFor;
    if (remaining > 0)
      await sleep(remaining * 1000, { summary: `start delay: node1 at least ${startDelay.min} s after node2` });
    this.#details(`starting the rank on node1 (${pair.node1})`);
    await this.#start('node1', pair.node1, first.address, undefined);
  }

  #start(
    position: 'node1' | 'node2',
    node: string,
    peer: string | undefined,
    readyWithin: number | undefined,
  ): Promise<StartedRank> {
    const { run, settings, test, timeouts, startDelay } = this.#input;
    const activeDeadline = test.timeout + timeouts.podStart + KUBELET_DEADLINE_MARGIN_SECONDS;
    const group = this.#group;
    this.#ranks.push({ position, node, pod: `bench-${group}-${position}` });
    return this.#activities
      .lasting(timeouts.podStart + startDelay.max + 60)
      .startRank.executeWithOptions({ summary: `${position} on ${node}` }, [
        { run, settings, test, position, node, group, peer, activeDeadline, patience: timeouts, readyWithin },
      ]);
  }

  #watch() {
    const { run, test } = this.#input;
    this.#details('both ranks run');
    const deadline = new Date(Date.now() + test.timeout * 1000).toISOString();
    return this.#activities
      .lasting(test.timeout + 120)
      .watchRanks.executeWithOptions({ summary: `both ranks, at most ${test.timeout} s` }, [
        { run, deadline, pods: this.#ranks.map(({ pod }) => pod) },
      ]);
  }

  /** Always kept, also of an attempt that failed; then a cluster that does not answer must not hide the failure. */
  async #storeEvidence(endedBySuite: readonly string[], alreadyFailed: boolean): Promise<RankRecord[]> {
    const { run, test } = this.#input;
    this.#details('storing evidence');
    const evidence = {
      run,
      test: test.name,
      repetition: this.#repetition,
      attempt: this.#number,
      ranks: this.#ranks,
      endedBySuite,
    };
    try {
      return await this.#activities.quick.storeEvidence(evidence);
    } catch (error) {
      failureOf(error);
      if (alreadyFailed) return [];
      throw error;
    }
  }

  #judge(ranks: readonly RankRecord[], timedOut: boolean): Promise<Judgement> {
    const { run, test, fabric } = this.#input;
    return this.#activities.quick.judgeAttempt({ run, test, ranks, circumstances: { ...fabric, timedOut } });
  }

  #unmeasured(failure: FailureRecord): Judgement {
    const { test, fabric } = this.#input;
    return {
      verdict: 'fail',
      reasons: [{ code: 'failure', message: failure.message }],
      rows: [],
      ceiling: ceilingOf(fabric.fabric, scopeOf(test), fabric.visibleNics),
      failure,
    };
  }

  #record(outcome: {
    startedAt: string;
    timedOut: boolean;
    ranks: readonly RankRecord[];
    failure: FailureRecord | undefined;
  }): AttemptRecord {
    const startOf = (position: string) =>
      Date.parse(outcome.ranks.find((rank) => rank.position === position)?.startedAt ?? '');
    const startDelay = (startOf('node1') - startOf('node2')) / 1000;
    return {
      number: this.#number,
      group: this.#group,
      startedAt: outcome.startedAt,
      endedAt: new Date().toISOString(),
      ...(Number.isNaN(startDelay) ? {} : { startDelay }),
      timedOut: outcome.timedOut,
      ranks: [...outcome.ranks],
      ...(outcome.failure ? { failure: outcome.failure } : {}),
    };
  }

  #details(step: string): void {
    const { test } = this.#input;
    setCurrentDetails(
      `**${test.name}**, repetition ${this.#repetition} of ${test.repetitions}, attempt ${this.#number}: ${step}`,
    );
  }
}
