import type { Pair } from '../../../suite/run/cluster-facts.js';
import type { Run } from '../../../suite/run/run.js';
import type { NetworkDevices } from '../../../suite/schema/network-devices.js';
import type { DynamoSpec } from '../../../suite/spec/dynamo-spec.js';
import type { InferenceSpec } from '../../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../../suite/spec/spec.js';

/** Everything that determines the objects of a deployment. */
export interface DeploymentInput {
  readonly run: Run;
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly topology: InferenceSpec['topology'];
  readonly pair: Pair;
  readonly cluster: Pick<SuiteSpec['cluster'], 'imagePullPolicy' | 'imagePullSecret' | 'etcdImage'>;
  /** Name of the extended resource of the GPUs. */
  readonly gpuResource: string;
  /** Network devices of each worker. */
  readonly devices: readonly NetworkDevices[];
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
  /** Annotations for the pods. They name the suite run. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the deployment stays after the run. */
  readonly keep: boolean;
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
