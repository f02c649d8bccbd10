import { ApplicationFailure, CancellationScope, log, upsertSearchAttributes } from '@temporalio/workflow';
import type { CellSummary } from '../../activities/cells/cell-summary.js';
import type { Deployed } from '../../activities/dynamo/dynamo-deployment.js';
import { simulatedKvRate } from '../../suite/engines/registry.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { withCurrentKeys } from '../../suite/schema/renamed-keys.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import { type InferenceSpec, type LoadPoint, pointsOf } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatDuration } from '../../suite/units/units.js';
import { FAILURES, type FailureRecord } from '../../suite/verdict/failure.js';
import { type Verdict, worst } from '../../suite/verdict/verdict.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { failureOf } from '../common/failures.js';
import { formatFigure } from '../common/figures.js';
import { SUITE_NAME, SUITE_TEST, SUITE_VERDICT } from '../common/messages.js';
import { claimNodes } from '../common/node-claim.js';
import { Pause } from '../common/pause.js';
import { runToken } from '../common/run-token.js';
import { type CellColumns, reportToSuite, showDetails } from '../common/test-progress.js';
import { pointTitle } from '../common/titles.js';
import { definitionOf, measureLoadPoint } from './load-point.js';

const COLUMNS: CellColumns = {
  titles: ['concurrency', 'repetition', 'time to first token'],
  valuesOf: ({ concurrency = 0, repetition }) => [concurrency, repetition],
};

/** Input of an inference test. */
export interface InferenceTestInput {
  readonly run: Run;
  readonly spec: Pick<
    SuiteSpec,
    'name' | 'cluster' | 'nodes' | 'resources' | 'timeouts' | 'maxAttempts' | 'resumeFrom'
  >;
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly test: InferenceSpec;
  readonly pair: Pair;
  readonly fabric: Fabric;
  readonly baseline?: string | undefined;
  readonly keep: boolean;
  readonly paused: boolean;
}

export interface InferenceTestResult {
  readonly verdict: Verdict;
  readonly cells: readonly CellSummary[];
  /** Whether the deployment was kept for inspection. */
  readonly kept: boolean;
}

/** Details of the failure of the child workflow. */
export interface InferenceTestFailureDetails {
  readonly hint: string;
  readonly cells: readonly CellSummary[];
  /** Whether the deployment could not be removed. */
  readonly leftBehind: boolean;
}

/**
 * Runs one inference test: deploys Dynamo, measures one load point after the other, and removes the deployment. Skips
 * recorded points; deploys nothing when all are recorded. Fails with the class of the failure when the test could not
 * be measured completely or its deployment could not be removed.
 */
export function inferenceTest(input: InferenceTestInput): Promise<InferenceTestResult> {
  return new InferenceTest(input).run();
}

class InferenceTest {
  readonly #input: InferenceTestInput;
  #cells: CellSummary[] = [];
  readonly #pause: Pause;

  constructor({ spec, dynamo, ...input }: InferenceTestInput) {
    // An input from an earlier version of the worker has former names of keys.
    const { dynamo: current, ...rest } = withCurrentKeys({ ...spec, dynamo }).spec;
    this.#input = { ...input, spec: rest, dynamo: current };
    this.#pause = new Pause(input.paused, 'point');
  }

  async run(): Promise<InferenceTestResult> {
    const { spec, test } = this.#input;
    upsertSearchAttributes([
      { key: SUITE_NAME, value: spec.name },
      { key: SUITE_TEST, value: test.name },
      { key: SUITE_VERDICT, value: 'running' },
    ]);
    const open = await this.#openPoints();
    const { failure, teardown } = open.length > 0 ? await this.#measure(open) : {};
    const problem = failure && teardown ? followedBy(failure, teardown) : (failure ?? teardown);
    const verdict = problem ? 'fail' : worst(this.#cells.map((cell) => cell.verdict));
    upsertSearchAttributes([{ key: SUITE_VERDICT, value: verdict }]);
    if (problem) {
      const { hint } = problem;
      const details: InferenceTestFailureDetails = { hint, cells: this.#cells, leftBehind: teardown !== undefined };
      throw ApplicationFailure.nonRetryable(problem.message, problem.class, details);
    }
    return { verdict, cells: this.#cells, kept: this.#input.keep && open.length > 0 };
  }

  /** Returns the points that are not recorded yet, and takes over the recorded ones. */
  async #openPoints(): Promise<LoadPoint[]> {
    const { test } = this.#input;
    const open: LoadPoint[] = [];
    for (const point of pointsOf(test)) {
      const found = await this.#find(point);
      if (found) this.#cells.push(found);
      else open.push(point);
    }
    if (this.#cells.length > 0) {
      await this.#report(`${test.name}: ${this.#cells.length} points are already recorded`);
    }
    return open;
  }

  /**
   * Returns the recorded points that other images measured. They run again, because all points of a curve need the same
   * image.
   */
  async #outdated({ pods }: Deployed): Promise<LoadPoint[]> {
    const imageIds = pods.map(({ imageId }) => imageId);
    const outdated: LoadPoint[] = [];
    const current: CellSummary[] = [];
    for (const { concurrency = 0, repetition } of this.#cells) {
      const point = { concurrency, repetition };
      const found = await this.#find(point, imageIds);
      if (found) current.push(found);
      else outdated.push(point);
    }
    this.#cells = current;
    if (outdated.length > 0) {
      await this.#report(
        `${this.#input.test.name}: the image has changed since ${outdated.length} points were recorded`,
      );
    }
    return outdated;
  }

  #find(point: LoadPoint, imageIds: readonly string[] = []): Promise<CellSummary | undefined> {
    const { run, spec } = this.#input;
    const cell = definitionOf(this.#input, point);
    return shortActivities.findLoadCell({ run, cell, resumeFrom: spec.resumeFrom, imageIds });
  }

  async #measure(open: readonly LoadPoint[]): Promise<{ failure?: FailureRecord; teardown?: FailureRecord }> {
    const { keep } = this.#input;
    let failure: FailureRecord | undefined;
    let teardown: FailureRecord | undefined;
    try {
      // Comes before the claim: without a deployment, a paused test must not hold the nodes.
      await this.#pause.end();
      await this.#claim();
      const deployed = await this.#deploy();
      for (const point of [...(await this.#outdated(deployed)), ...open]) {
        await this.#pause.end();
        const cell = await measureLoadPoint({ ...this.#input, deployed, point }, (step) => this.#report(step));
        this.#cells.push(cell);
        const { name } = this.#input.test;
        await this.#report(`${name}: ${pointTitle(point)} recorded: ${cell.verdict} ${formatFigure(cell)}`);
        if (cell.failure && FAILURES[cell.failure.class].retry === 'never') {
          failure = cell.failure;
          break;
        }
        failure ??= cell.failure;
      }
    } catch (error) {
      failure = failureOf(error);
    } finally {
      // If the cluster does not answer, clean-up later finds the deployment by its owner and labels.
      teardown = await CancellationScope.nonCancellable(() => this.#tearDown(keep));
    }
    return { ...(failure ? { failure } : {}), ...(teardown ? { teardown } : {}) };
  }

  async #claim(): Promise<void> {
    const { run, pair, spec } = this.#input;
    await claimNodes(run, [pair.node1, pair.node2], spec.timeouts.nodeLock, (step) => this.#report(step));
  }

  async #deploy(): Promise<Deployed> {
    const { run, spec, dynamo, test, pair, baseline, keep } = this.#input;
    await this.#report(`${test.name}: deploying Dynamo (${test.topology})`);
    const { gpu, efa } = spec.resources;
    return longActivities(dynamo.readyTimeout).deployDynamo.executeWithOptions(
      { summary: `${test.topology}, at most ${formatDuration(dynamo.readyTimeout)}` },
      [
        {
          run,
          dynamo,
          topology: test.topology,
          pair,
          nodes: [pair.node1, pair.node2],
          cluster: spec.cluster,
          resourceNames: { gpu: gpu.resource, efa: efa.resource },
          tolerations: spec.nodes.tolerations,
          unschedulable: spec.timeouts.unschedulable,
          keep,
          kvTransferRate: test.kvTransferRate ?? simulatedKvRate(dynamo.engine),
          baseline,
        },
      ],
    );
  }

  /**
   * Stores the logs of the deployment and removes it.
   *
   * @returns the failure of the removal; recorded figures stay valid
   */
  async #tearDown(keep: boolean): Promise<FailureRecord | undefined> {
    const { run, dynamo, test } = this.#input;
    try {
      await shortActivities.storeGraphLogs({ run, dynamo, folder: `${test.name}/pods-${runToken()}` });
    } catch (error) {
      log.warn('cannot store the logs of the deployment', { test: test.name, ...failureOf(error) });
    }
    if (keep) return undefined;
    try {
      await this.#report(`${test.name}: removing Dynamo`);
      await longActivities(dynamo.removalTimeout).removeDynamo({ run, dynamo });
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      log.warn('cannot remove the deployment', { test: test.name, ...failure });
      return failure;
    }
  }

  async #report(step: string): Promise<void> {
    const { run, test } = this.#input;
    showDetails(test.name, step, this.#cells, COLUMNS);
    await reportToSuite(run, test.name, step, this.#cells);
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
