import type { PodSettings } from '../../activities/transport/rank-pod.js';
import { resourcesOf } from '../../suite/spec/rank-resources.js';
import { rankEnvironment, type SuiteSpec } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';

/** Picks the settings for the pods of a test or for the probes. */
export function podSettings(
  spec: Omit<SuiteSpec, 'tests' | 'dynamo'>,
  test: Pick<TransportTestSpec, 'env' | 'nics'> = { env: {} },
): PodSettings {
  const { context: _, namespace: __, leaseNamespace: ___, ...cluster } = spec.cluster;
  return {
    cluster,
    resources: resourcesOf(spec, test),
    tolerations: spec.nodes.tolerations,
    environment: rankEnvironment(spec, test.env),
  };
}
