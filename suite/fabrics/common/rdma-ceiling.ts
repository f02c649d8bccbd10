import type { Fabric } from '../../hardware/fabric.js';
import { ec2InstanceType } from '../../hardware/instance-type.js';
import type { FabricProblem } from './fabric-kind.js';
import { isActive, type LinkReading, rateOf } from './link-reading.js';
import type { RdmaSpec } from './rdma-spec.js';

/** The parts of the catalogue of instance types that a kind of fabric needs. */
export interface Catalogue {
  /** Returns the fabric of an instance type; undefined when the catalogue does not contain it, or with another kind. */
  find(instanceType: string): Fabric | undefined;
  /** Lists the instance types, for messages. */
  names(): readonly string[];
}

/** Builds a fabric whose GPUs have equal shares of the cards. With fewer cards than GPUs, several GPUs share one card. */
export function sharedCards(fabric: Omit<Fabric, 'nicsPerGpu'>): Fabric {
  const { nics, gpus } = fabric;
  return { ...fabric, nicsPerGpu: Math.max(1, Math.floor(nics / Math.max(1, gpus))) };
}

/**
 * Returns the catalogue's entry with the overrides of the spec; undefined when the catalogue does not contain the instance
 * type and the spec does not set cards, rate and GPUs.
 *
 * @param labelled instance type in the label of the nodes
 */
export function declaredFabric(spec: RdmaSpec, labelled: string, catalogue: Catalogue): Fabric | undefined {
  const known = catalogue.find(spec.instanceType ?? labelled);
  const { kind, nics = known?.nics, nicRate = known?.lineRate, gpus = known?.gpus } = spec;
  if (nics === undefined || nicRate === undefined || gpus === undefined) return undefined;
  const declared = spec.nics ?? spec.nicRate ?? spec.gpus;
  if (known && declared === undefined) return known;
  const source = known ? `${known.source}; changed in the spec` : 'declared in the spec';
  return sharedCards({ kind, nics, lineRate: nicRate, gpus, source });
}

/**
 * Returns the fabric of the active ports that a probe pod saw, with the overrides of the spec; undefined when no port reports
 * its rate. Ports of different rates count with the largest one: a smaller ceiling would exclude possible figures.
 */
export function readFabric(spec: RdmaSpec, links: readonly LinkReading[], gpus: number): Fabric | undefined {
  const active = links.filter(isActive);
  const rates = active.flatMap(({ rate }) => rateOf(rate) ?? []);
  const lineRate = spec.nicRate ?? (rates.length > 0 ? Math.max(...rates) : undefined);
  const nics = spec.nics ?? active.length;
  if (lineRate === undefined || nics === 0) return undefined;
  const named = active.map(({ device }) => device).join(', ');
  return {
    ...sharedCards({
      kind: spec.kind,
      nics,
      lineRate,
      gpus: spec.gpus ?? gpus,
      source: `read from the devices of the probe pod: ${named}`,
    }),
    read: true,
  };
}

/** Describes the problem of an instance type that the catalogue does not contain. */
export function unknownFabric({ instanceType }: RdmaSpec, labelled: string, catalogue: Catalogue): FabricProblem {
  const names = catalogue.names();
  const type = names.length > 0 ? `set fabric.instanceType to one of ${names.join(', ')}, or ` : 'set ';
  return {
    message: `the NICs of instance type ${instanceType ?? labelled} are unknown, so its bandwidth ceiling cannot be determined`,
    hint: `Set fabric.nics, fabric.nicRate and fabric.gpus; or ${type}fabric.kind to "ethernet" with a rate`,
  };
}

/** Returns the instance types of the spec, without SageMaker HyperPod's prefix. */
export function namedInstanceTypes({ instanceType }: RdmaSpec, selected: readonly string[]): readonly string[] {
  if (instanceType !== undefined) return [instanceType];
  return [...new Set(selected.map(ec2InstanceType))];
}
