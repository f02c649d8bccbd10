import type { Platform } from '../../activities/dynamo/platform.js';
import type { ReportInput } from '../../activities/report/write-report.js';
import { DEPLOYMENT_LABEL, deploymentName } from '../../suite/cluster/dynamo-names.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { toolOf } from '../../suite/tools/registry.js';
import type { FailureRecord } from '../../suite/verdict/failure.js';
import { worst } from '../../suite/verdict/verdict.js';
import type { InferenceState } from './test-state.js';

/** Progress of the Dynamo phase. */
export interface DynamoProgress {
  readonly inference: readonly InferenceState[];
  readonly platform: Platform | undefined;
  readonly platformFailure: FailureRecord | undefined;
  readonly kept: string | undefined;
}

/** Builds the part of a run's record for the Dynamo phase, without its cells. */
export function dynamoRecord(
  spec: SuiteSpec,
  dynamo: DynamoSpec,
  { inference, platform, platformFailure, kept }: DynamoProgress,
): NonNullable<ReportInput['dynamo']> {
  const baseline = baselineOf(spec, dynamo);
  return {
    kind: dynamo.deployWith,
    engine: dynamo.engine.kind,
    model: dynamo.model.name,
    image: dynamo.image,
    transferBackend: dynamo.transfer.backend,
    tokensPerBlock: dynamo.transfer.tokensPerBlock,
    ...(baseline === undefined ? {} : { baseline }),
    ...(platform ? { platform } : {}),
    verdict: worst(inference.map(({ verdict }) => verdict ?? 'skipped')),
    ...(platformFailure ? { failure: platformFailure } : {}),
    ...(kept === undefined ? {} : { kept }),
    tests: inference.map(({ test, verdict, failure }) => ({
      name: test.name,
      topology: test.topology,
      ...(test.control === undefined ? {} : { control: test.control }),
      required: test.required,
      verdict: verdict ?? 'skipped',
      ...(failure ? { failure } : {}),
      inputTokens: test.inputTokens,
      outputTokens: test.outputTokens,
    })),
  };
}

/** Returns the name of the transport test whose curve predicts the KV transfer. */
export function baselineOf(spec: SuiteSpec, { transfer }: Pick<DynamoSpec, 'transfer'>): string | undefined {
  return transfer.predictFrom ?? spec.tests.find((test) => toolOf(test).curveOf(test) === transfer.backend)?.name;
}

/** Returns the command that removes a kept deployment. */
export function removalCommand(run: Run, dynamo: Pick<DynamoSpec, 'deployWith' | 'name'>): string {
  const kind =
    dynamo.deployWith === 'operator' ? `dynamographdeployment/${deploymentName(run, dynamo)}` : 'deployment,service';
  const selector = dynamo.deployWith === 'operator' ? '' : ` --selector ${DEPLOYMENT_LABEL}=${run.key}`;
  return `kubectl delete --namespace ${run.namespace} ${kind}${selector}`;
}
