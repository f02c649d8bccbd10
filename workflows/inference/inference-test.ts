import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  log,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Deployed } from '../../activities/dynamo/dynamo-deployment.js';
import { removalCommand } from '../../suite/cluster/removal-command.js';
import { simulatedKvRate } from '../../suite/engines/registry.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import { FIRST_REQUEST_SECONDS } from '../../suite/judge/first-request-limits.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { deploymentSettings } from '../../suite/spec/deployment-settings.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { type InferenceSpec, type LoadPoint, pointsOf } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatDuration } from '../../suite/units/units.js';
import { FAILURES, type FailureRecord, failureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import { formatFigure } from '../common/figures.js';
import { isHistoryLong, readyForNewRun } from '../common/history.js';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../common/messages.js';
import { claimNodes } from '../common/node-claim.js';
import { isBounded, isKeptAfterSuccess } from '../common/patches.js';
import { Pause } from '../common/pause.js';
import { runToken } from '../common/run-token.js';
import { inSpan } from '../common/spans.js';
import { type CellColumns, CellTable, SuiteReports } from '../common/test-progress.js';
import { type TestSummary, TestTally } from '../common/test-tally.js';
import { pointTitle } from '../common/titles.js';
import { currentInput } from './current-input.js';
import { definitionOf, measureLoadPoint } from './load-point.js';

const COLUMNS: CellColumns = {
  titles: ['concurrency', 'repetition', 'time to first token'],
  valuesOf: ({ concurrency = 0, repetition }) => [concurrency, repetition],
};

/** Number of points that one activity looks up. It bounds the result of the activity to about 20 kB. */
const LOOKED_UP_TOGETHER = 50;

/** Input of an inference test. */
export interface InferenceTestInput {
  readonly run: Run;
  readonly spec: Pick<
    SuiteSpec,
    'name' | 'cluster' | 'nodes' | 'resources' | 'timeouts' | 'maxAttempts' | 'resumeFrom'
  > & {
    /** Undefined in inputs of earlier versions. */
    readonly fabric?: SuiteSpec['fabric'];
  };
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly test: InferenceSpec;
  readonly pair: Pair;
  readonly fabric: Fabric;
  readonly baseline?: string | undefined;
  readonly keep: boolean;
  readonly paused: boolean;
}

/** State of the test that a workflow run passes to the next one. */
export interface InferenceTestState {
  /** Start of the test, milliseconds since 1970. */
  readonly startedAt: number;
  /** Start of a wait for nodes that has not ended, milliseconds since 1970. */
  readonly waitingSince?: number;
  /** Set once the deployment serves. */
  readonly measuring?: Measuring;
}

/** The deployment, which the next workflow run continues to load, and the points so far. */
interface Measuring {
  readonly deployed: Deployed;
  readonly open: readonly LoadPoint[];
  readonly summary: TestSummary;
  readonly rows: readonly string[];
}

export interface InferenceTestResult {
  readonly verdict: Verdict;
  readonly tests: readonly TestSummary[];
  /** Whether the deployment was kept for inspection. */
  readonly kept: boolean;
}

/** Details of the failure of the child workflow. */
export interface InferenceTestFailureDetails {
  readonly hint: string;
  readonly tests: readonly TestSummary[];
  /** Whether the deployment could not be removed. */
  readonly leftBehind: boolean;
}

/**
 * Runs one inference test: deploys Dynamo, measures one load point after the other, and removes the deployment. Skips
 * recorded points; deploys nothing when all are recorded. Fails with the class of the failure when the test could not
 * be measured completely or its deployment could not be removed.
 *
 * @param state state of the test from an earlier run in this chain
 */
export function inferenceTest(input: InferenceTestInput, state?: InferenceTestState): Promise<InferenceTestResult> {
  return new InferenceTest(input, state).run();
}

class InferenceTest {
  readonly #input: InferenceTestInput;
  readonly #state: InferenceTestState;
  readonly #isBounded = isBounded();
  readonly #pause: Pause;
  readonly #reports: SuiteReports;
  #tally: TestTally;
  #table: CellTable;
  #isKept = false;

  constructor(input: InferenceTestInput, earlier: InferenceTestState | undefined) {
    const state = earlier ?? { startedAt: Date.now() };
    this.#input = currentInput(input);
    this.#state = state;
    this.#pause = new Pause(input.paused, 'point');
    this.#reports = new SuiteReports(input.run, {
      throttled: this.#isBounded,
      startedAt: state.startedAt,
      isFirstRun: earlier === undefined,
    });
    this.#tally = new TestTally(input.test.name, state.measuring?.summary);
    this.#table = new CellTable(COLUMNS, state.measuring?.rows);
  }

  async run(): Promise<InferenceTestResult> {
    const { spec, test } = this.#input;
    upsertSearchAttributes([
      { key: SUITE_NAME, value: spec.name },
      { key: SUITE_TEST, value: test.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    const points = this.#state.measuring?.open ?? (await this.#openPoints());
    const { failure, teardown } = points.length > 0 ? await this.#measure(points) : {};
    const problem = failure && teardown ? followedBy(failure, teardown) : (failure ?? teardown);
    const summary = this.#tally.summary(true);
    const verdict = problem ? 'fail' : worst(summary.verdicts);
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    if (problem) {
      const { hint } = problem;
      const leftBehind = teardown !== undefined;
      const details: InferenceTestFailureDetails = { hint, tests: [summary], leftBehind };
      throw ApplicationFailure.nonRetryable(problem.message, problem.class, details);
    }
    return { verdict, tests: [summary], kept: this.#isKept };
  }

  /** Returns the points that are not recorded yet, and takes over the recorded ones. */
  async #openPoints(): Promise<LoadPoint[]> {
    const { test } = this.#input;
    const open = await this.#takeOver(pointsOf(test));
    const { done } = this.#tally.summary(false);
    if (done > 0) await this.#send(`${test.name}: ${done} points are already recorded`);
    return open;
  }

  /**
   * Returns the recorded points that other images measured. They run again, because all points of a curve need the same
   * image.
   *
   * @param open points that are not recorded
   */
  async #outdated({ pods }: Deployed, open: readonly LoadPoint[]): Promise<LoadPoint[]> {
    const { test } = this.#input;
    const isOpen = new Set(open.map(pointTitle));
    const recorded = pointsOf(test).filter((point) => !isOpen.has(pointTitle(point)));
    this.#tally = new TestTally(test.name);
    this.#table = new CellTable(COLUMNS);
    const outdated = await this.#takeOver(
      recorded,
      pods.map(({ imageId }) => imageId),
    );
    if (outdated.length > 0) {
      await this.#send(`${test.name}: the image has changed since ${outdated.length} points were recorded`);
    }
    return outdated;
  }

  /** Takes over the recorded ones of these points. @returns the others */
  async #takeOver(points: readonly LoadPoint[], imageIds: readonly string[] = []): Promise<LoadPoint[]> {
    const missing: LoadPoint[] = [];
    for (let i = 0; i < points.length; i += LOOKED_UP_TOGETHER) {
      const some = points.slice(i, i + LOOKED_UP_TOGETHER);
      const found = await this.#find(some, imageIds);
      for (const [index, point] of some.entries()) {
        const cell = found[index];
        if (cell) this.#add(cell);
        else missing.push(point);
      }
    }
    return missing;
  }

  async #find(
    points: readonly LoadPoint[],
    imageIds: readonly string[],
  ): Promise<readonly (CellSummary | null | undefined)[]> {
    const { run, spec } = this.#input;
    const { resumeFrom } = spec;
    const cells = points.map((point) => definitionOf(this.#input, point));
    if (this.#isBounded) {
      const { point: _, ...cell } = definitionOf(this.#input, { concurrency: 0, repetition: 0 });
      return shortActivities.findLoadCells({ run, cell, points, resumeFrom, imageIds });
    }
    const found: (CellSummary | undefined)[] = [];
    for (const cell of cells) found.push(await shortActivities.findLoadCell({ run, cell, resumeFrom, imageIds }));
    return found;
  }

  #add(cell: CellSummary): void {
    this.#tally.add(cell);
    this.#table.add(cell);
  }

  async #measure(open: readonly LoadPoint[]): Promise<{ failure?: FailureRecord; teardown?: FailureRecord }> {
    let failure: FailureRecord | undefined;
    /** A cancellation or a bug. */
    let interruption: unknown;
    try {
      const { measuring } = this.#state;
      const deployed = measuring?.deployed ?? (await this.#claimAndDeploy());
      const outdated = measuring ? [] : await this.#outdated(deployed, open);
      failure = await this.#measurePoints(deployed, [...outdated, ...open]);
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      try {
        failure = failureOf(error);
      } catch (other) {
        interruption = other;
      }
    }
    const isMeasured = failure === undefined && interruption === undefined;
    // If the cluster does not answer, clean-up later finds the deployment by its owner and labels.
    const teardown = await CancellationScope.nonCancellable(() => this.#tearDown(isMeasured));
    if (interruption !== undefined) {
      if (!teardown || !isCancellation(interruption)) throw interruption;
      // A cancellation alone would not say that the deployment still exists.
      failure = failureRecord('Cancelled', 'the test was cancelled');
    }
    return { ...(failure ? { failure } : {}), ...(teardown ? { teardown } : {}) };
  }

  async #claimAndDeploy(): Promise<Deployed> {
    // Comes before the claim: without a deployment, a paused test must not hold the nodes.
    await this.#pause.end();
    await this.#claim();
    return this.#deploy();
  }

  /** Measures one point after the other. Stops after a failure that would repeat. @returns the first failure of a cell */
  async #measurePoints(deployed: Deployed, points: readonly LoadPoint[]): Promise<FailureRecord | undefined> {
    const { name } = this.#input.test;
    for (const [index, point] of points.entries()) {
      await this.#pause.end();
      const input = { ...this.#input, deployed, point, isBounded: this.#isBounded };
      const cell = await inSpan('cell', { test: name, ...point }, () =>
        measureLoadPoint(input, (step) => this.#report(step)),
      );
      this.#add(cell);
      await this.#report(`${name}: ${pointTitle(point)} recorded: ${cell.verdict} ${formatFigure(cell)}`);
      if (cell.failure && FAILURES[cell.failure.class].retry === 'never') return cell.failure;
      const open = points.slice(index + 1);
      if (open.length > 0) {
        const { rows } = this.#table;
        await this.#continueInNewRun({ measuring: { deployed, open, summary: this.#tally.summary(true), rows } });
      }
    }
    return this.#tally.failure;
  }

  /** Continues as new before the replay of the history becomes slow. The deployment stays and is loaded again. */
  async #continueInNewRun(state: Omit<InferenceTestState, 'startedAt'>): Promise<void> {
    if (!this.#isBounded || !isHistoryLong()) return;
    await readyForNewRun();
    const input = { ...this.#input, paused: this.#pause.paused };
    await continueAsNew<typeof inferenceTest>(input, { startedAt: this.#state.startedAt, ...state });
  }

  async #claim(): Promise<void> {
    const { run, pair, spec } = this.#input;
    await claimNodes(run, [pair.node1, pair.node2], {
      limit: spec.timeouts.nodeLock,
      waitingSince: this.#state.waitingSince,
      byTimer: this.#isBounded,
      report: (step) => this.#send(step),
      beforePause: (waitingSince) => this.#continueInNewRun({ waitingSince }),
    });
  }

  async #deploy(): Promise<Deployed> {
    const { run, spec, dynamo, test, pair, baseline, keep } = this.#input;
    await this.#send(`${test.name}: deploying Dynamo (${test.topology})`);
    return longActivities(dynamo.readyTimeout + FIRST_REQUEST_SECONDS).deployDynamo.executeWithOptions(
      { summary: `${test.topology}, at most ${formatDuration(dynamo.readyTimeout)}` },
      [
        {
          run,
          dynamo,
          topology: test.topology,
          promptTokens: test.inputTokens,
          pair,
          nodes: [pair.node1, pair.node2],
          ...deploymentSettings(spec, dynamo, this.#input.fabric),
          unschedulable: spec.timeouts.unschedulable,
          keep,
          kvTransferRate: test.kvTransferRate ?? simulatedKvRate(dynamo.engine),
          baseline,
          control: test.control,
        },
      ],
    );
  }

  /**
   * Stores the logs of the deployment. Then removes it, or keeps it if the spec says so and it was measured.
   *
   * @returns the failure of that; recorded figures stay valid
   */
  async #tearDown(isMeasured: boolean): Promise<FailureRecord | undefined> {
    const { run, dynamo, test, keep } = this.#input;
    try {
      await shortActivities.storeGraphLogs({ run, dynamo, folder: `${test.name}/pods-${runToken(this.#isBounded)}` });
    } catch (error) {
      log.warn('cannot store the logs of the deployment', { test: test.name, ...failureOf(error) });
    }
    if (keep && !isKeptAfterSuccess()) {
      this.#isKept = true;
      return undefined;
    }
    try {
      if (keep && isMeasured) {
        this.#isKept = (await shortActivities.keepDynamo({ run, dynamo })) ?? true;
        if (!this.#isKept) await this.#send(`${test.name}: found no deployment to keep: it was deleted or replaced`);
        return undefined;
      }
      await this.#send(`${test.name}: removing Dynamo`);
      await longActivities(dynamo.removalTimeout).removeDynamo({ run, dynamo });
      return undefined;
    } catch (error) {
      const { hint, ...failure } = failureOf(error);
      log.warn('cannot remove the deployment', { test: test.name, ...failure, hint });
      return { ...failure, hint: `${hint}. To remove the deployment by hand, run ${removalCommand(run, dynamo)}` };
    }
  }

  /** Shows a step in the Web UI, and in the suite unless another report was sent a short time ago. */
  async #report(step: string): Promise<void> {
    this.#table.show(this.#input.test.name, step);
    await this.#reports.recorded(step, this.#tally.summary(false));
  }

  /** Shows a step in the Web UI and in the suite. */
  async #send(step: string): Promise<void> {
    this.#table.show(this.#input.test.name, step);
    await this.#reports.send(step, this.#tally.summary(false));
  }
}

/** Combines an earlier failure with that of the removal, so that the message also names the remaining deployment. */
function followedBy(failure: FailureRecord, teardown: FailureRecord): FailureRecord {
  return {
    class: failure.class,
    message: `${failure.message}; then ${teardown.class}: ${teardown.message}`,
    hint: `${failure.hint}; ${teardown.hint}`,
  };
}
