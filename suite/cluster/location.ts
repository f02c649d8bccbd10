/**
 * Labels that say where a node is in the network, from the outermost level to the innermost. Sources: Kubernetes, "Well-Known
 * Labels"; Amazon EKS User Guide, "Place distributed AI/ML workloads with network topology labels" (layer 1 is the top); GKE,
 * "Schedule GKE workloads with Topology Aware Scheduling"; OKE, "Using Network Locality"; CoreWeave, "InfiniBand and RoCE
 * labels"; NVIDIA GPU feature discovery (NVLink domain of a node); NVIDIA Topograph, "Node Labels and Annotations" and "Crusoe Topology
 * Provider".
 */
const HIERARCHIES: readonly (readonly string[])[] = [
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'],
  [
    'topology.k8s.aws/network-node-layer-1',
    'topology.k8s.aws/network-node-layer-2',
    'topology.k8s.aws/network-node-layer-3',
    'topology.k8s.aws/network-node-layer-4',
  ],
  [
    'cloud.google.com/gce-topology-block',
    'cloud.google.com/gce-topology-subblock',
    'cloud.google.com/gce-topology-host',
  ],
  ['topology.gke.io/cluster', 'topology.gke.io/rack', 'topology.gke.io/host'],
  [
    'oci.oraclecloud.com/rdma.hpc_island_id',
    'oci.oraclecloud.com/rdma.network_block_id',
    'oci.oraclecloud.com/rdma.local_block_id',
  ],
  [
    'backend.coreweave.cloud/fabric',
    'backend.coreweave.cloud/superpod',
    'backend.coreweave.cloud/leafgroup',
    'node.coreweave.cloud/rack',
  ],
  ['ib.coreweave.cloud/fabric', 'ib.coreweave.cloud/superpod', 'ib.coreweave.cloud/leafgroup'],
  ['nvidia.com/gpu.clique'],
  ['crusoe.ai/ib.partition.id', 'crusoe.ai/pod.id'],
  [
    'network.topology.nvidia.com/datacenter',
    'network.topology.nvidia.com/core',
    'network.topology.nvidia.com/spine',
    'network.topology.nvidia.com/block',
    'network.topology.nvidia.com/leaf',
    'network.topology.nvidia.com/accelerator',
  ],
];

/** Levels of a network in labels of other origins, from the outermost to the innermost. */
const LEVELS =
  /(?<region>region)|(?<zone>zone)|(?<core>core|datacenter|fabric|island)|(?<spine>spine|superpod)|(?<leaf>leaf|subblock)|(?<block>block)|(?<rack>rack)|(?<host>host)/;
const OUTER_TO_INNER = ['region', 'zone', 'core', 'spine', 'block', 'leaf', 'rack', 'host'];

/** Numbered levels: the layers of AWS count from the top, tiers (NVIDIA Topograph, Nebius) from the node. */
const NUMBERED = /(?<word>layer|tier)-(?<number>\d+)$/;

const KNOWN: ReadonlyMap<string, readonly [hierarchy: string, level: number]> = new Map(
  HIERARCHIES.flatMap((labels) => labels.map((label, level) => [label, [labels[0] ?? label, level]])),
);

/** Labels of a topology whose keys are not in the table: `topology.nebius.com/tier-1`, `fabric.topograph.run/tier-0`, … */
const TOPOLOGY = /(?:^|\.)topo(?:logy|graph)\./;

/** Returns the labels that say where a node is. */
export function locationLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([label, value]) => value !== '' && (KNOWN.has(label) || isOfTopology(label))),
  );
}

function isOfTopology(label: string): boolean {
  const [origin = '', name] = label.split('/');
  return name !== undefined && TOPOLOGY.test(origin);
}

/** Where two nodes are relative to each other, in labels from the outermost level to the innermost. */
export interface PairLocation {
  /** Labels with the same value on both nodes. */
  readonly shared: readonly string[];
  /** Labels with different values. */
  readonly different: readonly string[];
}

type Location = Readonly<Record<string, string>>;

/** Compares the locations of two nodes. A label that one of them lacks says nothing. */
export function pairLocation(a: Location = {}, b: Location = {}): PairLocation {
  const labels = Object.keys(a)
    .filter((label) => Object.hasOwn(b, label))
    .sort(byHierarchy);
  return {
    shared: labels.filter((label) => a[label] === b[label]),
    different: labels.filter((label) => a[label] !== b[label]),
  };
}

/** Describes the distance of two nodes in words; undefined when no label says anything about it. */
export function distanceText({ shared, different }: PairLocation): string | undefined {
  if (shared.length + different.length === 0) return undefined;
  const parts = [
    ...(shared.length > 0 ? [`same ${shared.join(', ')}`] : []),
    ...(different.length > 0 ? [`different ${different.join(', ')}`] : []),
  ];
  return parts.join('; ');
}

/** The location of a node: the values of its labels from the outermost level to the innermost, for each hierarchy. */
export type Place = ReadonlyMap<string, readonly { readonly label: string; readonly value: string }[]>;

/** Reads the location of a node once, for many comparisons. */
export function placeOf(location: Location = {}): Place {
  const place = new Map<string, { label: string; value: string }[]>();
  for (const label of Object.keys(location).sort(byHierarchy)) {
    const [hierarchy] = positionOf(label);
    const levels = place.get(hierarchy) ?? [];
    levels.push({ label, value: location[label] ?? '' });
    place.set(hierarchy, levels);
  }
  return place;
}

/**
 * Returns how near two nodes are: the number of levels that they share, from the outermost, in every hierarchy of labels. A
 * greater number is nearer.
 */
export function nearness(a: Place, b: Place): number {
  let shared = 0;
  for (const [hierarchy, levels] of a) {
    const others = b.get(hierarchy);
    if (!others) continue;
    for (const { label, value } of levels) {
      const other = others.find((level) => level.label === label);
      if (other && other.value !== value) break;
      if (other) shared += 1;
    }
  }
  return shared;
}

function byHierarchy(a: string, b: string): number {
  const [hierarchyA, levelA] = positionOf(a);
  const [hierarchyB, levelB] = positionOf(b);
  return rankOf(hierarchyA) - rankOf(hierarchyB) || hierarchyA.localeCompare(hierarchyB) || levelA - levelB;
}

function rankOf(hierarchy: string): number {
  const found = HIERARCHIES.findIndex(([first]) => first === hierarchy);
  return found === -1 ? HIERARCHIES.length : found;
}

/** Returns the hierarchy of a label and its level in it. A smaller level is further out. */
function positionOf(label: string): readonly [hierarchy: string, level: number] {
  const known = KNOWN.get(label);
  if (known) return known;
  const [origin = '', name = ''] = label.split('/');
  const { word, number } = NUMBERED.exec(name)?.groups ?? {};
  if (number !== undefined) return [`${origin}/${word}`, word === 'tier' ? -Number(number) : Number(number)];
  const level = Object.entries(LEVELS.exec(name)?.groups ?? {}).find(([, found]) => found !== undefined)?.[0];
  return level === undefined ? [label, 0] : [origin, OUTER_TO_INNER.indexOf(level)];
}
