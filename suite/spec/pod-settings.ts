import type { EnvironmentValue } from '../schema/grammar.js';
import { resourcesOf } from './rank-resources.js';
import { rankEnvironment, type SuiteSpec } from './spec.js';
import type { TransportTestSpec } from './transport-tests.js';

/** The part of the spec that every pod with the image of the tools needs. */
export type PodSettings = Pick<SuiteSpec, 'resources' | 'pod'> & {
  readonly cluster: Omit<SuiteSpec['cluster'], 'context' | 'namespace' | 'leaseNamespace'>;
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
  readonly environment: Readonly<Record<string, EnvironmentValue>>;
};

/** Picks the settings for the pods of a test or for the probes. */
export function podSettings(
  spec: Omit<SuiteSpec, 'tests' | 'dynamo'>,
  test: Pick<TransportTestSpec, 'env' | 'nics' | 'gpus'> = { env: {} },
): PodSettings {
  const { context: _, namespace: __, leaseNamespace: ___, ...cluster } = spec.cluster;
  return {
    cluster,
    resources: resourcesOf(spec, test),
    ...(spec.pod === undefined ? {} : { pod: spec.pod }),
    tolerations: spec.nodes.tolerations,
    environment: rankEnvironment(spec, test.env),
  };
}
