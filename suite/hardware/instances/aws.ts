import type { InstanceGroup, Rdma } from './instance.js';

/**
 * Sources of the AWS entries. The EC2 User Guide lists the types with EFA and says whether their cards perform RDMA; a type with
 * several network cards has one EFA on each, every other type has one. Where an instance type is "up to" a rate, the listed rate
 * is the ceiling: EFA has no credits.
 */
const BANDWIDTH = 'Amazon EC2 DescribeInstanceTypes (bandwidth table of the Karpenter provider for AWS)';
const CARDS = 'EC2 User Guide, network cards';

/** Builds a group of types with one EFA of `gbit` Gbit/s. */
export function oneEfa(types: readonly string[], gbit: number, rdma: Rdma, gpus = 0): InstanceGroup {
  return { types, kind: 'efa', cards: 1, gbit, gpus, rdma, source: `${BANDWIDTH}: ${gbit} Gigabit; ${CARDS}: 1` };
}

/** Builds a group of types whose network cards have equal shares of `total` Gbit/s. */
export function equalCards(
  types: readonly string[],
  cards: number,
  total: number,
  rdma: Rdma,
  gpus = 0,
): InstanceGroup {
  const source = `${BANDWIDTH}: ${total} Gigabit; ${CARDS}: ${cards}`;
  return { types, kind: 'efa', cards, gbit: total / cards, gpus, rdma, source };
}

/**
 * Builds a group of types whose network cards share `total` Gbit/s.
 *
 * @param card rate of one card. Without a documented one it is the rate of the node, so that no ceiling is too low.
 */
export function sharedCards(
  types: readonly string[],
  cards: number,
  total: number,
  rdma: Rdma,
  card?: number,
): InstanceGroup {
  const rate = card === undefined ? 'rate of one card not published' : `one card ${card} Gigabit`;
  return {
    types,
    kind: 'efa',
    cards,
    gbit: card ?? total,
    nodeGbit: total,
    gpus: 0,
    rdma,
    source: `${BANDWIDTH}: ${total} Gigabit; ${CARDS}: ${cards}; ${rate}`,
  };
}
