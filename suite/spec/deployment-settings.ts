import { fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import { type NetworkDevices, takeNics } from '../schema/network-devices.js';
import type { DynamoSpec } from './dynamo-spec.js';
import type { SuiteSpec } from './spec.js';

/** The part of the spec, beside the block `dynamo`, that the pods of a deployment need. */
export interface DeploymentSettings {
  readonly cluster: Pick<SuiteSpec['cluster'], 'imagePullPolicy' | 'imagePullSecret' | 'etcdImage'>;
  /** Name of the extended resource of the GPUs. */
  readonly gpuResource: string;
  /** Network devices of each worker. */
  readonly devices: readonly NetworkDevices[];
  readonly tolerations: SuiteSpec['nodes']['tolerations'];
  /** Default environment variables of the workers on the fabric; those of the spec override them. */
  readonly fabricEnvironment: Readonly<Record<string, string>>;
}

/** Picks the settings for the pods of a deployment. */
export function deploymentSettings(
  { cluster, resources, nodes }: Pick<SuiteSpec, 'cluster' | 'resources' | 'nodes'>,
  dynamo: Pick<DynamoSpec, 'resources'>,
  fabric: Pick<Fabric, 'kind'>,
): DeploymentSettings {
  const kind = fabricKindOf(fabric);
  return {
    cluster,
    gpuResource: resources.gpu.resource,
    devices: takeNics(resources.devices, dynamo.resources.nics),
    tolerations: nodes.tolerations,
    fabricEnvironment: { ...kind.environment, ...kind.workerEnvironment },
  };
}
