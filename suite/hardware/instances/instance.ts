import type { Fabric } from '../fabric.js';

/** Remote memory accesses that the cards perform themselves. Without them, libraries emulate an access with messages. */
export type Rdma = 'none' | 'read' | 'read-write';

/** Equal instance types, with the figures that a document gives. */
export interface InstanceGroup {
  /** Values of the label node.kubernetes.io/instance-type. */
  readonly types: readonly string[];
  readonly kind: 'efa' | 'infiniband' | 'roce';
  /** Network cards that carry the traffic between nodes. */
  readonly cards: number;
  /** Line rate of one card, in Gbit/s. */
  readonly gbit: number;
  /** Limit of the whole node, in Gbit/s, when its cards share less than the sum of their rates. */
  readonly nodeGbit?: number;
  /** Limit of the cards that serve one GPU, in Gbit/s, when they share less than the sum of their rates. */
  readonly gpuGbit?: number;
  /** GPUs or other accelerators; 0 for nodes that have none. */
  readonly gpus: number;
  readonly rdma: Rdma;
  /** Document with the figures. */
  readonly source: string;
}

/** Equal instance types of which the catalogue has no figures. */
export interface UnmeasuredGroup {
  readonly types: readonly string[];
  /** Reason, as the end of a sentence that begins with the instance type. */
  readonly reason: string;
  /** Remedy. */
  readonly hint: string;
  readonly source: string;
}

const GBIT = 1e9 / 8;

/** Returns the fabric of a group. GPUs have equal shares of the cards; with fewer cards than GPUs, several GPUs share one. */
export function fabricOfGroup({ kind, cards, gbit, nodeGbit, gpuGbit, gpus, source }: InstanceGroup): Fabric {
  return {
    kind,
    nics: cards,
    lineRate: gbit * GBIT,
    gpus,
    nicsPerGpu: nicsPerGpu(cards, gpus),
    source,
    ...(nodeGbit === undefined ? {} : { nodeRate: nodeGbit * GBIT }),
    ...(gpuGbit === undefined ? {} : { gpuRate: gpuGbit * GBIT }),
  };
}

/** Returns the number of cards that serve one GPU; on a node without GPUs all cards serve every process. */
export function nicsPerGpu(nics: number, gpus: number): number {
  return Math.max(1, Math.floor(nics / Math.max(1, gpus)));
}

/** Lists the types of several families in several sizes: `m8i.48xlarge`, `m8i.metal-48xl`, `c8i.48xlarge`, … */
export function typesOf(families: string, sizes: string): string[] {
  return families.split(' ').flatMap((family) => sizes.split(' ').map((size) => `${family}.${size}`));
}
