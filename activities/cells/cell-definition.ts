import type { Fabric } from '../../suite/hardware/fabric.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { DynamoSpec } from '../../suite/spec/dynamo-spec.js';
import type { InferenceSpec, LoadPoint } from '../../suite/spec/inference-tests.js';
import type { PodSettings } from '../../suite/spec/pod-settings.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';

/** Definition of a transport cell. Two cells with the same definition measure the same quantity. */
export interface CellDefinition {
  /** The test with the values of its matrix. */
  readonly test: TransportTestSpec;
  /** Label of the values of the matrix. */
  readonly variant: string;
  readonly settings: PodSettings;
  readonly pair: Pair;
  readonly repetition: number;
  readonly warmUp: boolean;
  /** Digests of the image on the two nodes. */
  readonly imageIds: readonly string[];
  readonly fabric: unknown;
}

/** Definition of an inference cell. */
export interface InferenceCellDefinition {
  readonly dynamo: Omit<DynamoSpec, 'tests'>;
  readonly test: InferenceSpec;
  readonly point: LoadPoint;
  readonly pair: Pair;
  readonly fabric: Fabric;
}
