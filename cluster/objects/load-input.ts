import { aiperfCommand } from '../../suite/aiperf/aiperf-command.js';
import { loadJobName } from '../../suite/cluster/dynamo-names.js';
import type { FabricSpec } from '../../suite/fabrics/registry.js';
import type { Run } from '../../suite/run/run.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { InferenceSpec, LoadPoint } from '../../suite/spec/inference-tests.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';

/** Identifies one attempt at a load point. */
export interface LoadAttempt {
  readonly run: Run;
  readonly test: InferenceSpec;
  readonly point: LoadPoint;
  /** Number of the attempt, from 1. It changes the prompts. */
  readonly attempt: number;
  /** Distinguishes the attempts of this workflow run from those of another. */
  readonly token: string;
}

export interface LoadInput extends LoadAttempt {
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  /** Fabric of the spec; undefined in inputs of earlier versions. */
  readonly fabric?: FabricSpec | undefined;
  /** Address of the frontend. */
  readonly url: string;
  /** Nodes that the run has locked. */
  readonly nodes: readonly string[];
  readonly cluster: Pick<SuiteSpec['cluster'], 'imagePullPolicy' | 'imagePullSecret'>;
  /** Seconds within which the load pod must exist. */
  readonly podStart: number;
  /** Seconds for which the scheduler may find no node for the load pod. */
  readonly unschedulable: number;
  /** Folder of the attempt's evidence, below the folder of the run. */
  readonly folder: string;
}

export function jobName({ run, test, point, attempt, token }: LoadAttempt): string {
  return loadJobName(run, test.name, point, attempt, token);
}

/** Returns AIPerf's command line, for the pod and for the record. */
export function loadCommand({ dynamo, test, point, url, attempt }: LoadInput): string[] {
  return aiperfCommand(dynamo, test, point, url, attempt);
}
