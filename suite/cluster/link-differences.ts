import { isActive, type LinkReading } from '../fabrics/common/link-reading.js';
import { ofLayer } from '../fabrics/common/rdma-kind.js';
import { fabricKindOf } from '../fabrics/registry.js';
import type { ProbeFacts, Problem } from '../run/cluster-facts.js';
import type { SuiteSpec } from '../spec/spec.js';

/**
 * Lists the difference between the RDMA ports of the two nodes: their number, rate and state. A probe that could not read them says
 * nothing, and two instance types may differ.
 */
export function linkDifferences(
  { nodes, fabric }: Pick<SuiteSpec, 'nodes' | 'fabric'>,
  probes: readonly Pick<ProbeFacts, 'node' | 'links'>[],
): Problem[] {
  const { linkLayers } = fabricKindOf(fabric);
  if (nodes.mixedTypes || linkLayers.length === 0) return [];
  const read = probes.flatMap(({ node, links = [] }) =>
    links.length > 0 ? [{ node, text: portsText(ofLayer(links, linkLayers)) }] : [],
  );
  const [first, second] = read;
  if (!first || !second || first.text === second.text) return [];
  return [
    {
      subject: `RDMA ports of ${first.node} and ${second.node}`,
      message: `differ: ${first.node} has ${first.text}, ${second.node} has ${second.text}`,
      hint: 'Check the cables, switches and drivers of the node with fewer or slower ports (ibstat, rdma link), or use another node',
    },
  ];
}

/** Counts equal ports: `7 × 400 Gb/sec (4X NDR), 1 × 400 Gb/sec (4X NDR) (not active)`. */
function portsText(links: readonly LinkReading[]): string {
  const counts = new Map<string, number>();
  for (const link of links) {
    const text = `${link.rate ?? 'an unknown rate'}${isActive(link) ? '' : ' (not active)'}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([text, count]) => `${count} × ${text}`)
    .join(', ');
}
