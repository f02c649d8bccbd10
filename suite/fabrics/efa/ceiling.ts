import type { Fabric } from '../../hardware/fabric.js';
import { ec2InstanceType } from '../../hardware/instance-type.js';
import type { FabricProblem } from '../common/fabric-kind.js';
import { efaOf, fabricOfInstanceType, knownInstanceTypes } from './catalogue.js';
import type { EfaSpec } from './spec.js';

/**
 * Returns the catalogue's entry with the overrides of the spec; undefined when the catalogue does not contain the instance
 * type and the spec does not set cards, rate and GPUs.
 *
 * @param labelled instance type in the label of the nodes
 */
export function efaFabric(spec: EfaSpec, labelled: string): Fabric | undefined {
  const known = fabricOfInstanceType(spec.instanceType ?? labelled);
  const { nics = known?.nics, nicRate = known?.lineRate, gpus = known?.gpus } = spec;
  if (nics === undefined || nicRate === undefined || gpus === undefined) return undefined;
  const declared = spec.nics ?? spec.nicRate ?? spec.gpus;
  if (known && declared === undefined) return known;
  return efaOf(nics, nicRate, gpus, known ? `${known.source}; changed in the spec` : 'declared in the spec');
}

/** Describes the problem of an instance type that the catalogue does not contain. */
export function unknownEfa({ instanceType }: EfaSpec, labelled: string): FabricProblem {
  return {
    message: `the NICs of instance type ${instanceType ?? labelled} are unknown, so its bandwidth ceiling cannot be determined`,
    hint: `Set fabric.nics, fabric.nicRate and fabric.gpus; or set fabric.instanceType to one of ${knownInstanceTypes().join(', ')}, or fabric.kind to "ethernet" with a rate`,
  };
}

/** Returns the instance types of the spec, without SageMaker HyperPod's prefix. */
export function efaInstanceTypes({ instanceType }: EfaSpec, selected: readonly string[]): readonly string[] {
  if (instanceType !== undefined) return [instanceType];
  return [...new Set(selected.map(ec2InstanceType))];
}
