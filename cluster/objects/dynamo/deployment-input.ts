import type { Pair } from '../../../suite/run/cluster-facts.js';
import type { Run } from '../../../suite/run/run.js';
import type { DeploymentSettings } from '../../../suite/spec/deployment-settings.js';
import type { DynamoSpec } from '../../../suite/spec/dynamo-spec.js';
import type { InferenceSpec } from '../../../suite/spec/inference-tests.js';

/** Everything that determines the objects of a deployment. */
export interface DeploymentInput extends DeploymentSettings {
  readonly run: Run;
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly topology: InferenceSpec['topology'];
  readonly pair: Pair;
  /** Annotations for the pods. They name the suite run. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the deployment stays after the run. */
  readonly keep: boolean;
  /** Tokens of a prompt of the load; undefined in inputs of earlier versions. */
  readonly promptTokens?: number | undefined;
  /**
   * Rate of the KV transfer that a simulated engine imitates, in bytes per second. Undefined: no pause for the
   * transfer.
   */
  readonly simulatedRate?: number | undefined;
  /** KV bytes of a prompt token, from which a simulated engine computes its pause. */
  readonly kvBytesPerToken?: number | undefined;
}

/** Identifies a deployment. */
export type DeploymentPlace = Pick<DeploymentInput, 'run' | 'dynamo'>;
