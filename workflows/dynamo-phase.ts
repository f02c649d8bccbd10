import { type ChildWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Platform } from '../activities/platform.js';
import type { Pair } from '../suite/cluster-facts.js';
import { graphName } from '../suite/dynamo-names.js';
import type { DynamoSpec } from '../suite/dynamo-spec.js';
import type { FailureRecord } from '../suite/failure.js';
import { pointsOf } from '../suite/inference-tests.js';
import type { DynamoRecord, LoadTestRecord } from '../suite/load-record.js';
import type { Run } from '../suite/run.js';
import type { SuiteSpec } from '../suite/spec.js';
import { type TestOutcome, worst } from '../suite/verdict.js';
import { lasting, quick } from './activity-options.js';
import { failureOf } from './failures.js';
import { type InferenceTestResult, inferenceTest } from './inference-test.js';

/** The platform may be installed and deployments looked for around the time that helm itself is given. */
const MARGIN_SECONDS = 300;

export interface DynamoPhaseInput {
  readonly spec: SuiteSpec;
  readonly dynamo: DynamoSpec;
  readonly run: Run;
  readonly pair: Pair;
  readonly isPaused: () => boolean;
  readonly report: (step: string) => void;
  /** The test that runs now, to be told of a pause. */
  readonly running: (child: ChildWorkflowHandle<typeof inferenceTest> | undefined) => void;
}

/** What phase 3 adds to a suite: its part of the record, and its tests for the verdict. */
export interface DynamoPhaseResult {
  readonly record: DynamoRecord;
  readonly tests: readonly TestOutcome[];
}

/**
 * Phase 3: the platform, then every test with a deployment of its own. A platform that is missing fails all tests and
 * nothing else of the suite.
 */
export async function dynamoPhase(input: DynamoPhaseInput): Promise<DynamoPhaseResult> {
  const { spec, run, report } = input;
  const { tests, ...dynamo } = input.dynamo;
  const baseline = baselineOf(spec, dynamo);
  let platform: Platform | undefined;
  let failure: FailureRecord | undefined;
  try {
    if (dynamo.kind === 'operator') {
      report('looking for the Dynamo platform');
      platform = await lasting(dynamo.platform.timeout + MARGIN_SECONDS).ensurePlatform({
        run,
        platform: dynamo.platform,
      });
    }
  } catch (error) {
    failure = failureOf(error);
  }
  const records: LoadTestRecord[] = [];
  let stuck: FailureRecord | undefined;
  for (const [index, test] of tests.entries()) {
    const keep = dynamo.keep && index === tests.length - 1;
    const blocked = failure ?? stuck;
    const result: InferenceTestResult = blocked
      ? { verdict: 'fail', cells: [], failure: blocked }
      : await runTest(input, dynamo, test, baseline, keep);
    stuck ??= result.teardown;
    const cells = await quick.readLoadCells({
      run,
      cells: pointsOf(test).map((point) => ({ dynamo, test, point, pair: input.pair })),
    });
    const problem = result.failure ?? result.teardown;
    records.push({
      name: test.name,
      topology: test.topology,
      ...(test.control === undefined ? {} : { control: test.control }),
      required: test.required,
      verdict: result.teardown ? 'fail' : result.verdict,
      ...(problem ? { failure: problem } : {}),
      inputTokens: test.inputTokens,
      outputTokens: test.outputTokens,
      cells,
    });
  }
  return {
    record: {
      kind: dynamo.kind,
      engine: dynamo.engine.kind,
      model: dynamo.model.name,
      image: dynamo.image,
      transferBackend: dynamo.transfer.backend,
      tokensPerBlock: dynamo.transfer.tokensPerBlock,
      ...(baseline === undefined ? {} : { baseline }),
      ...(platform ? { platform } : {}),
      verdict: worst(records.map(({ verdict }) => verdict)),
      ...(failure ? { failure } : {}),
      ...(dynamo.keep && !failure ? { kept: removalCommand(run, dynamo) } : {}),
      tests: records,
    },
    tests: records.map(({ name, required, verdict, failure: ofTest }) => ({
      name,
      required,
      verdict,
      failure: ofTest as FailureRecord | undefined,
    })),
  };
}

async function runTest(
  { spec, run, pair, isPaused, report, running }: DynamoPhaseInput,
  dynamo: Omit<DynamoSpec, 'tests'>,
  test: DynamoSpec['tests'][number],
  baseline: string | undefined,
  keep: boolean,
): Promise<InferenceTestResult> {
  report(test.name);
  const { name, cluster, nodes, resources, timeouts, attempts, resumeFrom } = spec;
  try {
    const child = await startChild(inferenceTest, {
      workflowId: `${run.workflowId}/${test.name}`,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${test.name}: ${test.topology}, concurrency ${test.concurrency.join(', ')}`,
      args: [
        {
          run,
          spec: { name, cluster, nodes, resources, timeouts, attempts, resumeFrom },
          dynamo,
          test,
          pair,
          baseline,
          keep,
          paused: isPaused(),
        },
      ],
    });
    running(child);
    return await child.result();
  } catch (error) {
    return { verdict: 'fail', cells: [], failure: failureOf(error) };
  } finally {
    running(undefined);
  }
}

/** The transport test whose curve predicts the transfer. */
function baselineOf(spec: SuiteSpec, { transfer }: Omit<DynamoSpec, 'tests'>): string | undefined {
  return (
    transfer.baseline ?? spec.tests.find((test) => test.tool === 'nixlbench' && test.backend === transfer.backend)?.name
  );
}

function removalCommand(run: Run, dynamo: Omit<DynamoSpec, 'tests'>): string {
  const kind = dynamo.kind === 'operator' ? `dynamographdeployment/${graphName(run, dynamo)}` : 'deployment,service';
  const selector = dynamo.kind === 'operator' ? '' : ` --selector dynamo-bench/graph=${run.key}`;
  return `kubectl delete --namespace ${run.namespace} ${kind}${selector}`;
}
