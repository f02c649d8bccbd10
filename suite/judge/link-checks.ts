import { isActive, possibleRates } from '../fabrics/common/link-reading.js';
import { fabricKindOf } from '../fabrics/registry.js';
import type { Fabric } from '../hardware/fabric.js';
import { formatRate } from '../units/units.js';
import type { Reason } from '../verdict/verdict.js';
import type { PortMovement } from './port-movement.js';
import type { RankPorts } from './rank-ports.js';

/** Compares what the devices report about their links with the fabric of the spec. */
export function linkReasons(fabric: Fabric, ranks: readonly RankPorts[]): Reason[] {
  const kind = fabricKindOf(fabric);
  if (kind.deviceClass === 'net') return [];
  // Cards that share a limit can each have the line rate, or an equal share of the limit.
  const least = Math.min(
    fabric.lineRate,
    (fabric.nodeRate ?? Number.POSITIVE_INFINITY) / fabric.nics,
    (fabric.gpuRate ?? Number.POSITIVE_INFINITY) / fabric.nicsPerGpu,
  );
  const agrees = (reported: number) =>
    kind.rateAgrees(reported, fabric.lineRate) || (reported < fabric.lineRate && reported >= least);
  const layers = differing(ranks, ({ linkLayer }) =>
    linkLayer === undefined || kind.linkLayers.includes(linkLayer) ? undefined : `link layer ${linkLayer}`,
  );
  const rates = differing(ranks, (port) => {
    const reported = possibleRates(port);
    return reported.length === 0 || !isActive(port) || reported.some(agrees) ? undefined : `${port.rate}`;
  });
  const expectedRate = `line rate ${formatRate(fabric.lineRate)} (${fabric.source})`;
  return [
    ...layers.map((text) => reason(`${text}; ${kind.title} has ${kind.linkLayers.join(' or ')}`)),
    ...rates.map((text) => reason(`${text}; the ceiling counts with the ${expectedRate}`)),
    ...(fabric.read
      ? [
          {
            code: 'ceiling-read' as const,
            message: `${fabric.nics} × ${formatRate(fabric.lineRate)}, ${fabric.source}`,
          },
        ]
      : []),
  ];
}

function reason(message: string): Reason {
  return { code: 'link-differs', message };
}

/** Groups the ports that differ by what they report: `mlx5_0, mlx5_1 on node1 report link layer Ethernet`. */
function differing(ranks: readonly RankPorts[], of: (port: PortMovement) => string | undefined): string[] {
  const groups = new Map<string, string[]>();
  for (const { position, ports } of ranks) {
    for (const port of ports) {
      const text = of(port);
      if (text !== undefined) groups.set(text, [...(groups.get(text) ?? []), `${port.name} on ${position}`]);
    }
  }
  return [...groups].map(([text, names]) => `${shortened(names)} ${names.length === 1 ? 'reports' : 'report'} ${text}`);
}

const MOST_NAMED = 8;

function shortened(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
