import { CancellationScope, sleep } from '@temporalio/workflow';
import type { CellDefinition } from '../../activities/cells/cell-definition.js';
import type { AttemptJudgement } from '../../activities/cells/judge-cell.js';
import type { WipedEtcd } from '../../activities/run/etcd.js';
import type { StartedRank, WatchResult } from '../../activities/transport/ranks.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import { ceilingOf, type Fabric } from '../../suite/hardware/fabric.js';
import type { AttemptContext } from '../../suite/judge/judge.js';
import { unmeasured } from '../../suite/judge/judgement.js';
import type { Cell } from '../../suite/plan/plan.js';
import { rankDeadline } from '../../suite/plan/rank-deadline.js';
import type { AttemptRecord, RankRecord } from '../../suite/record/record.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import { attemptGroup, attemptName, rankPodName } from '../../suite/run/object-names.js';
import { rankNodes } from '../../suite/run/rank-nodes.js';
import type { Run } from '../../suite/run/run.js';
import { isSameNode } from '../../suite/schema/placement.js';
import { nicsOfPod } from '../../suite/spec/rank-resources.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { scopeOf, type TransportTestSpec, usableNics } from '../../suite/spec/transport-tests.js';
import { formatDuration } from '../../suite/units/units.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { runToken } from '../common/run-token.js';
import { resultOf, type StepResult } from '../common/step-result.js';
import { rowTitle } from '../common/titles.js';

/** Input of an attempt. */
export interface AttemptInput {
  readonly run: Run;
  readonly spec: Omit<SuiteSpec, 'tests' | 'dynamo'>;
  readonly pair: Pair;
  readonly fabric: Fabric;
  readonly cell: Cell;
  readonly definition: CellDefinition;
  readonly number: number;
  /** Result of `isBounded`. */
  readonly isBounded: boolean;
}

/** One attempt at a cell, with its own pods, rendezvous group and evidence. Every attempt starts both ranks again. */
export class Attempt {
  readonly #input: AttemptInput;
  readonly #report: (step: string) => void;
  /** `r1-a1`, or `w1-a1` of a warm-up cell. */
  readonly #name: string;
  readonly #token: string;
  readonly #ranks: { position: 'node1' | 'node2'; pod: string; node: string }[] = [];
  #wiped: StepResult<WipedEtcd> = { ok: true, value: { keysDeleted: 0 } };
  #removal: Promise<void> | undefined;

  constructor(input: AttemptInput, report: (step: string) => void) {
    const { cell, number, isBounded } = input;
    this.#input = input;
    this.#token = runToken(isBounded);
    this.#report = report;
    this.#name = attemptName(cell, number);
  }

  get #test(): TransportTestSpec {
    return this.#input.cell.test;
  }

  /** Returns the summary of an activity, which the Web UI shows as the title of its row. */
  #summary(what: string): { summary: string } {
    return { summary: `${rowTitle(this.#input.cell)}, attempt ${this.#input.number}: ${what}` };
  }

  get #group(): string {
    return attemptGroup(this.#input.run, this.#token, this.#test.name, this.#name);
  }

  /** Folder of the evidence, below the folder of the run. */
  get #folder(): string {
    return `${this.#test.name}/${this.#name}-${this.#token}`;
  }

  get #nodes(): string[] {
    const { node1, node2 } = this.#input.pair;
    return [node1, node2];
  }

  get #circumstances(): Omit<AttemptContext, 'timedOut' | 'etcdLost' | 'stalledFor'> {
    const { spec, fabric } = this.#input;
    const kind = fabricKindOf(spec.fabric);
    const networkInterface = kind.interfaces(spec.fabric);
    const visibleNics = kind.visibleNics(fabric, nicsOfPod(this.#input.definition.settings.resources));
    return { fabric, networkInterface, visibleNics };
  }

  /** Empties the etcd of the run, which no other run uses. Call it before `run`, which reports its failure. */
  async wipeEtcd(): Promise<void> {
    const { run } = this.#input;
    this.#report('wiping etcd');
    this.#wiped = await resultOf(() =>
      shortActivities.wipeEtcd.executeWithOptions(this.#summary('wiping etcd'), [{ run }]),
    );
  }

  /** Runs both ranks, stores their evidence, and judges the attempt while its pods are removed. */
  async run(): Promise<{ judgement: AttemptJudgement; record: AttemptRecord }> {
    const startedAt = new Date().toISOString();
    const watched = this.#wiped.ok ? await resultOf(() => this.#measure()) : this.#wiped;
    const outcome: WatchResult = watched.ok ? watched.value : { timedOut: false, endedBySuite: [] };
    const { timedOut } = outcome;
    const stored = await resultOf(() => this.#storeEvidence(outcome.endedBySuite));
    // The caller awaits the same promise and gets its failure.
    this.remove().catch(() => undefined);
    const ranks = stored.ok ? stored.value : [];
    const judged = await this.#judged(watched, stored);
    const judgement = judged.ok ? judged.value : this.#unmeasured(judged.failure);
    return { judgement, record: this.#record({ startedAt, timedOut, ranks, failure: judgement.failure }) };
  }

  /** Judges the evidence, unless an earlier step failed. */
  async #judged(
    watched: StepResult<WatchResult>,
    stored: StepResult<RankRecord[]>,
  ): Promise<StepResult<AttemptJudgement>> {
    if (!watched.ok) return watched;
    if (!stored.ok) return stored;
    return resultOf(() => this.#judge(stored.value, watched.value));
  }

  /** Removes both pods. Nothing else may start on their nodes before this is done, even after a failure of `run`. */
  remove(): Promise<void> {
    const { run } = this.#input;
    const pods = this.#ranks.map(({ pod }) => pod);
    this.#removal ??= CancellationScope.nonCancellable(() =>
      shortActivities.removeRanks.executeWithOptions(this.#summary('removing both ranks'), [{ run, pods }]),
    );
    return this.#removal;
  }

  async #measure() {
    await this.#startBoth();
    return this.#watch();
  }

  /**
   * Starts node2 first. Starts node1 when node2 is ready and `startDelay.min` has passed, or when `startDelay.max` has
   * passed.
   */
  async #startBoth(): Promise<void> {
    const { spec } = this.#input;
    const { startDelay } = spec;
    const { node1, node2 } = rankNodes(this.#test, this.#input.pair);
    this.#report(`starting the rank on node2 (${node2})`);
    const first = await this.#start('node2', node2, undefined, startDelay.max);
    const remaining = startDelay.min - first.runningFor;
    if (remaining > 0)
      await sleep(remaining * 1000, this.#summary(`start delay, node1 at least ${startDelay.min} s after node2`));
    this.#report(`starting the rank on node1 (${node1})`);
    await this.#start('node1', node1, first.address, undefined);
  }

  #start(
    position: 'node1' | 'node2',
    node: string,
    peer: string | undefined,
    readyWithin: number | undefined,
  ): Promise<StartedRank> {
    const { run, spec, definition } = this.#input;
    const { timeouts, startDelay } = spec;
    const { test, settings } = definition;
    const activeDeadline = rankDeadline(test, spec);
    const group = this.#group;
    const nodes = this.#nodes;
    this.#ranks.push({ position, node, pod: rankPodName(group, position) });
    return longActivities(timeouts.podStart + startDelay.max).startRank.executeWithOptions(
      this.#summary(`rank on ${position} (${node})`),
      [{ run, settings, test, position, node, nodes, group, peer, activeDeadline, patience: timeouts, readyWithin }],
    );
  }

  #watch() {
    const { run } = this.#input;
    const test = this.#test;
    const etcd = this.#wiped.ok ? this.#wiped.value.uid : undefined;
    this.#report('both ranks run');
    const deadline = new Date(Date.now() + test.timeout * 1000).toISOString();
    return longActivities(test.timeout).watchRanks.executeWithOptions(
      this.#summary(`both ranks run, at most ${formatDuration(test.timeout)}`),
      [
        {
          run,
          test,
          nodes: this.#nodes,
          deadline,
          pods: this.#ranks.map(({ pod }) => pod),
          etcd,
          folder: this.#folder,
        },
      ],
    );
  }

  /** Stores the evidence of both ranks, also of a failed attempt. */
  #storeEvidence(endedBySuite: readonly string[]): Promise<RankRecord[]> {
    const { run } = this.#input;
    this.#report('storing evidence');
    const folder = this.#folder;
    return shortActivities.storeEvidence.executeWithOptions(this.#summary('storing evidence'), [
      { run, folder, ranks: this.#ranks, endedBySuite },
    ]);
  }

  #judge(ranks: readonly RankRecord[], { timedOut, etcdLost, stalledFor }: WatchResult): Promise<AttemptJudgement> {
    const { run } = this.#input;
    const circumstances = { ...this.#circumstances, timedOut, etcdLost, stalledFor };
    return shortActivities.judgeAttempt.executeWithOptions(this.#summary('reading the result'), [
      { run, test: this.#test, ranks, circumstances },
    ]);
  }

  /** Returns the judgement of an attempt that has failed: without rows, even when the evidence contains some. */
  #unmeasured(failure: FailureRecord): AttemptJudgement {
    const { fabric, visibleNics } = this.#circumstances;
    if (isSameNode(this.#test)) return { ...unmeasured(failure), rows: [] };
    const ceiling = ceilingOf(fabric, scopeOf(this.#test), usableNics(this.#test, visibleNics));
    return { ...unmeasured(failure), rows: [], ceiling, usableCeiling: ceiling };
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
      number: this.#input.number,
      group: this.#group,
      startedAt: outcome.startedAt,
      endedAt: new Date().toISOString(),
      ...(Number.isNaN(startDelay) ? {} : { startDelay }),
      timedOut: outcome.timedOut,
      ranks: [...outcome.ranks],
      ...(outcome.failure ? { failure: outcome.failure } : {}),
    };
  }
}
