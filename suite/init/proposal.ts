import { locationLabels } from '../cluster/location.js';
import { meaningOf } from '../cluster/taints.js';
import { acceleratorOf, type NodeGroup, nodeGroups, selectedTypes } from './choose-nodes.js';
import type { ClusterSurvey, SurveyedNode } from './cluster-survey.js';
import { foundImages } from './found-images.js';
import { type NetworkOptions, proposeNetwork } from './network-proposal.js';
import type { NoProposal } from './no-proposal.js';
import { podNetworks } from './pod-networks.js';
import { proposedTests } from './proposed-tests.js';
import { rankShare } from './rank-share.js';

/** Decisions of the user that the cluster does not show. */
export interface ProposalOptions extends NetworkOptions {
  /** Name of the suite. */
  readonly name: string;
  readonly namespace: string;
  /** Image of the ranks; default: that of a spec. */
  readonly image?: string | undefined;
  /** Measure between host memory although the nodes have accelerators. */
  readonly hostMemory?: boolean | undefined;
}

/** A comment before a key or an item of the proposed spec. */
export interface SpecComment {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** A suite spec that fits a cluster, with the reasons for its values. */
export interface Proposal {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly comments: readonly SpecComment[];
  /** Facts about the cluster that no key of the spec shows. */
  readonly notes: readonly string[];
}

/** Proposes a suite spec for the best group of nodes in a cluster. */
export function proposeSpec(survey: ClusterSurvey, options: ProposalOptions): Proposal | NoProposal {
  const [group, ...others] = nodeGroups(survey.nodes);
  if (!group) {
    return {
      problem: `none of the ${survey.nodes.length} nodes of the cluster is ready and schedulable for workloads`,
      hint: 'Start two nodes of the kind to measure, then run init again; or copy a spec of the README for an autoscaler that starts nodes for pods',
    };
  }
  const network = proposeNetwork(survey, group.nodes, group.instanceType, options);
  if ('problem' in network) return network;
  const comments: SpecComment[] = [];
  const explain = (path: SpecComment['path'], text: string) => comments.push({ path, text });

  const accelerator = options.hostMemory ? undefined : acceleratorOf(group.nodes);
  const share = rankShare(group.nodes.slice(0, 2));
  const images = foundImages(group.nodes, options.image);
  const networks = podNetworks(survey, network.devices);
  const tests = proposedTests(network.kind, { cuda: accelerator !== undefined, rate: options.rate });
  const tolerations = tolerationsOf(group.nodes);
  const provision = group.nodes.length < 2 && (survey.nodePools ?? []).length > 0;

  for (const { key, text } of images.comments) explain(['cluster', key], text);
  explain(['nodes', 'selector'], nodesText(group, others));
  if (tolerations.length > 0) explain(['nodes', 'tolerations'], 'Every selected node has these taints.');
  if (provision) explain(['nodes', 'provision'], 'Fewer than two nodes run: Karpenter starts them for the pods.');
  explain(['fabric'], network.fabricComment);
  explain(
    ['resources', 'gpu'],
    accelerator
      ? `Every node offers ${accelerator.count} ${accelerator.resource}.`
      : 'The ranks measure between host memory, so they request no GPU.',
  );
  explain(['resources', network.claims.length > 0 ? 'claims' : 'devices'], network.grantComment);
  explain(['resources', 'cpu'], share.comment);
  if (networks) explain(['pod'], networks.comment);
  for (const [i, { comment }] of tests.tests.entries()) explain(['tests', i], comment);

  const spec = {
    name: options.name,
    cluster: {
      ...(survey.context === undefined ? {} : { context: survey.context }),
      namespace: options.namespace,
      ...images.cluster,
    },
    nodes: {
      selector: { 'node.kubernetes.io/instance-type': selectedTypes(group.instanceType) },
      tolerations,
      ...(provision ? { provision } : {}),
    },
    fabric: network.fabric,
    resources: {
      gpu: accelerator ?? { count: 0 },
      ...(network.claims.length > 0 ? { claims: network.claims } : { devices: network.devices }),
      ...share.resources,
    },
    ...(networks ? { pod: { metadata: { annotations: networks.annotations } } } : {}),
    ...(tests.env ? { env: tests.env } : {}),
    tests: tests.tests.map(({ test }) => test),
  };
  return { spec, comments, notes: notesOf(survey, group, options.namespace) };
}

function nodesText({ instanceType, nodes }: NodeGroup, others: readonly NodeGroup[]): string {
  const zones = [...new Set(nodes.map(({ facts }) => facts.zone))].join(', ');
  const rest = others.map((other) => `${other.instanceType} × ${other.nodes.length}`);
  return `${instanceType} × ${nodes.length} in zone ${zones}.${rest.length > 0 ? ` Also in the cluster: ${rest.join(', ')}.` : ''}`;
}

/** Tolerates the taints that reserve every node. Others come and go with the state of a node. */
function tolerationsOf(nodes: readonly SurveyedNode[]) {
  const [first] = nodes;
  return (first?.taints ?? [])
    .filter((taint) => taint.effect !== 'PreferNoSchedule' && meaningOf(taint) === 'reserved')
    .filter(({ key, effect }) =>
      nodes.every(({ taints }) => taints.some((taint) => taint.key === key && taint.effect === effect)),
    )
    .map(({ key, effect }) => ({ key, operator: 'Exists', effect }));
}

function notesOf(survey: ClusterSurvey, { nodes }: NodeGroup, namespace: string): string[] {
  const notes = [`Kubernetes ${survey.kubernetesVersion}.`];
  if (survey.namespaceExists === false) {
    notes.push(
      `The namespace ${namespace} does not exist: create it before the suite starts (docs/quick-start.md, step 2).`,
    );
  }
  const labels = Object.keys(locationLabels(nodes[0]?.labels ?? {}));
  if (labels.length > 0) notes.push(`Labels by which the suite chooses the nearest pair: ${labels.join(', ')}.`);
  if (nodes.length < 2) notes.push('Only one node of this type runs. A suite needs two.');
  const { draDrivers, deviceClasses, storageClasses, nodePools, platform } = survey;
  if (draDrivers && draDrivers.length > 0) {
    notes.push(
      `Drivers for claims: ${draDrivers.map(({ driver }) => driver).join(', ')}; device classes: ${deviceClasses?.join(', ') || 'unknown'}.`,
    );
  }
  if (nodePools && nodePools.length > 0) notes.push(`Node pools of Karpenter: ${nodePools.join(', ')}.`);
  if (storageClasses && storageClasses.length > 0) {
    const names = storageClasses.map(({ name, isDefault }) => (isDefault ? `${name} (default)` : name));
    notes.push(`Storage classes, for the models of phase 3: ${names.join(', ')}.`);
  }
  notes.push(
    'version' in platform
      ? `Dynamo platform ${platform.version}: add the block dynamo for phase 3, as in suites/p5-dynamo.json.`
      : `Phase 3 needs the Dynamo platform, but ${platform.missing}.`,
  );
  const hidden = Object.entries({
    'resource slices': draDrivers,
    'device classes': deviceClasses,
    'storage classes': storageClasses,
    'node pools': nodePools,
    'networks of Multus': survey.attachments,
    'networks of GKE': survey.gkeNetworks,
  }).flatMap(([name, list]) => (list === undefined ? [name] : []));
  if (hidden.length > 0) notes.push(`This account may not list: ${hidden.join(', ')}.`);
  return notes;
}
