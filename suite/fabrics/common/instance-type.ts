import type { Fabric } from '../../hardware/fabric.js';
import { ec2InstanceType } from '../../hardware/instance-type.js';
import { instanceFabric, unmeasuredInstance } from '../../hardware/instances/catalogue.js';
import { nicsPerGpu } from '../../hardware/instances/instance.js';
import { relativesOf, similarTypes } from '../../hardware/instances/similar-types.js';
import type { FabricProblem } from './fabric-kind.js';

/** The keys of the block `fabric` of every kind whose cards the catalogue of instance types knows. */
export interface DeclaredFabric {
  readonly instanceType?: string | undefined;
  readonly nics?: number | undefined;
  /** Line rate of one card, in bytes per second. */
  readonly nicRate?: number | undefined;
  readonly gpus?: number | undefined;
}

/** Names of the kinds in texts. */
const KIND_TEXTS: Readonly<Record<string, string>> = { efa: 'EFA', infiniband: 'InfiniBand', roce: 'RoCE' };

/** Returns the catalogue's entry of an instance type when it is of `kind`. */
function fabricOfKind(kind: string, instanceType: string): Fabric | undefined {
  const known = instanceFabric(instanceType);
  return known?.kind === kind ? known : undefined;
}

/**
 * Returns the catalogue's entry with the overrides of the spec; undefined when the catalogue has no entry of `kind` for the
 * instance type and the spec does not set cards, rate and GPUs.
 *
 * @param labelled instance type in the label of the nodes
 */
export function fabricOfSpec(kind: string, spec: DeclaredFabric, labelled: string): Fabric | undefined {
  const known = fabricOfKind(kind, spec.instanceType ?? labelled);
  const { nics = known?.nics, nicRate = known?.lineRate, gpus = known?.gpus } = spec;
  if (nics === undefined || nicRate === undefined || gpus === undefined) return undefined;
  const declared = spec.nics ?? spec.nicRate ?? spec.gpus;
  if (known && declared === undefined) return known;
  // A declared rate replaces the figures of the catalogue, and with them the limits that its cards share.
  const { nodeRate, gpuRate }: Partial<Fabric> = spec.nicRate === undefined && known ? known : {};
  return {
    kind,
    nics,
    lineRate: nicRate,
    gpus,
    nicsPerGpu: nicsPerGpu(nics, gpus),
    source: known ? `${known.source}; changed in the spec` : 'declared in the spec',
    ...(nodeRate === undefined ? {} : { nodeRate }),
    ...(gpuRate === undefined ? {} : { gpuRate }),
  };
}

/** Explains why `fabricOfSpec` returned undefined: another kind, no published figures, or an unknown instance type. */
export function unknownFabric(kind: string, spec: DeclaredFabric, labelled: string): FabricProblem {
  const type = spec.instanceType ?? labelled;
  const known = instanceFabric(type);
  if (known) {
    return {
      message: `${type} has ${KIND_TEXTS[known.kind]}, but fabric.kind is "${kind}"`,
      hint: `Set fabric.kind to "${known.kind}"; or set fabric.nics, fabric.nicRate and fabric.gpus for another network of the nodes`,
    };
  }
  const unmeasured = unmeasuredInstance(type);
  if (unmeasured) return { message: `${type} ${unmeasured.reason}`, hint: unmeasured.hint };
  const relatives = kind === 'efa' ? relativesOf(type) : [];
  if (relatives.length > 0) {
    return {
      message: `${type} is not among the instance types with EFA that AWS lists`,
      hint: `Use one of its family that is: ${relatives.join(', ')}; or set fabric.nics, fabric.nicRate and fabric.gpus (0 without GPUs), or fabric.kind to "ethernet" with a rate`,
    };
  }
  return {
    message: `the NICs of instance type ${type} are unknown, so its bandwidth ceiling cannot be determined`,
    hint: `Set fabric.nics, fabric.nicRate and fabric.gpus (0 without GPUs)${similar(type)}; or set fabric.kind to "ethernet" with a rate`,
  };
}

function similar(type: string): string {
  const names = similarTypes(type);
  return names.length === 0 ? '' : `; or set fabric.instanceType, if the nodes are like ${names.join(', ')}`;
}

/** Returns the instance types of the spec, those of AWS without SageMaker HyperPod's prefix. */
export function typesOfSpec({ instanceType }: DeclaredFabric, selected: readonly string[]): readonly string[] {
  if (instanceType !== undefined) return [instanceType];
  return [...new Set(selected.map(ec2InstanceType))];
}
