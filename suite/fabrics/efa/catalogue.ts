import type { Fabric } from '../../hardware/fabric.js';
import { ec2InstanceType } from '../../hardware/instance-type.js';

const GBIT = 1e9 / 8;

function efa(nics: number, gbitPerNic: number, gpus: number, source: string): Fabric {
  return efaOf(nics, gbitPerNic * GBIT, gpus, source);
}

/** Builds a fabric whose GPUs have equal shares of the cards. With fewer cards than GPUs, several GPUs share one card. */
export function efaOf(nics: number, lineRate: number, gpus: number, source: string): Fabric {
  return { kind: 'efa', nics, lineRate, gpus, nicsPerGpu: Math.max(1, Math.floor(nics / Math.max(1, gpus))), source };
}

/** Document with the bandwidth, EFA support and network cards of every instance type. A card has one EFA interface. */
const SPECIFICATIONS = 'Amazon EC2 instance types, accelerated computing, network specifications';
const CARDS = 'Amazon EC2 User Guide, EFA on instances with multiple network cards';

/**
 * Instance types with EFA, each with its source. SageMaker HyperPod's `ml.` names are looked up without the
 * prefix.
 */
const CATALOGUE: Readonly<Record<string, Fabric>> = {
  'p4d.24xlarge': efa(4, 100, 8, `${SPECIFICATIONS}: 4x 100 Gigabit`),
  'p4de.24xlarge': efa(4, 100, 8, `${SPECIFICATIONS}: 4x 100 Gigabit`),
  'p5.4xlarge': efa(1, 100, 1, `${SPECIFICATIONS}: 100 Gigabit, 1 card`),
  'p5.48xlarge': efa(32, 100, 8, `${CARDS}: 32 cards, 3200 Gbps`),
  'p5e.48xlarge': efa(32, 100, 8, `${CARDS}: 32 cards, 3200 Gbps`),
  'p5en.48xlarge': efa(16, 200, 8, `${SPECIFICATIONS}: 3200 Gigabit, 16 cards`),
  'p6-b200.48xlarge': efa(8, 400, 8, `${CARDS}: 8 cards of 400 Gbps`),
  'p6-b300.48xlarge': efa(16, 400, 8, `${CARDS}: 17 cards, of which the first has no EFA, the others 400 Gbps each`),
  'g6e.8xlarge': efa(1, 25, 1, `${SPECIFICATIONS}: 25 Gigabit, 1 card`),
  'g6e.12xlarge': efa(1, 100, 4, `${SPECIFICATIONS}: 100 Gigabit, 1 card`),
  'g6e.16xlarge': efa(1, 35, 1, `${SPECIFICATIONS}: 35 Gigabit, 1 card`),
  'g6e.24xlarge': efa(2, 100, 4, `${SPECIFICATIONS}: 200 Gigabit, 2 cards`),
  'g6e.48xlarge': efa(4, 100, 8, `${SPECIFICATIONS}: 400 Gigabit, 4 cards`),
  'trn1.32xlarge': efa(8, 100, 16, `${SPECIFICATIONS}: 8x 100 Gigabit`),
  'trn1n.32xlarge': efa(16, 100, 16, `${SPECIFICATIONS}: 16x 100 Gigabit`),
  'trn2.48xlarge': efa(16, 200, 16, `${SPECIFICATIONS}: 16x 200 Gigabit`),
  'trn2u.48xlarge': efa(16, 200, 16, `${SPECIFICATIONS}: 16x 200 Gigabit; AWS Neuron, Trn2 architecture: 16 chips`),
};

/** Lists the instance types of the catalogue, for messages. */
export function knownInstanceTypes(): readonly string[] {
  return Object.keys(CATALOGUE);
}

/** Returns the fabric of an instance type; undefined when the catalogue does not contain it. */
export function fabricOfInstanceType(instanceType: string): Fabric | undefined {
  const name = ec2InstanceType(instanceType);
  return Object.hasOwn(CATALOGUE, name) ? CATALOGUE[name] : undefined;
}
