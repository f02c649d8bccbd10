import { newLease } from '../../kubernetes/client/leases.js';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { endsAtZone } from '../../suite/cluster/zone-border.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import { blocksOf } from '../../suite/plan/plan.js';
import { rankDeadline } from '../../suite/plan/rank-deadline.js';
import { filesOfTests } from '../../suite/plan/test-files.js';
import { claimsOfSpec } from '../../suite/pod/claims.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import { attemptGroup, attemptName, etcdName, leaseName } from '../../suite/run/object-names.js';
import { rankNodes } from '../../suite/run/rank-nodes.js';
import { type Run, TEMPORAL_ANNOTATION, WORKFLOW_ANNOTATION } from '../../suite/run/run.js';
import { etcdSettings } from '../../suite/spec/etcd-settings.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { TransportTestSpec } from '../../suite/spec/transport-tests.js';
import { claimTemplates } from './device-claims.js';
import { etcdDeployment, etcdService } from './etcd-objects.js';
import { HOLDER_LABELS, holderPod } from './holder-pod.js';
import { KEEPER_LABELS, keeperPod } from './keeper-pod.js';
import { claimantOf } from './node-claimant.js';
import { ownedObject } from './owned-object.js';
import { plannedDeployments } from './planned-deployments.js';
import type { PlannedObject, PlannedRun } from './planned-object.js';
import { PROBE_LABELS, probePod } from './probe-pod.js';
import { rankLabels, rankPod } from './rank-pod.js';
import { runObject } from './run-object.js';

/** Names that stand for the nodes as long as no cluster has been asked. */
const PLACEHOLDER_PAIR: Pair = { node1: 'node1', node2: 'node2' };

/** Address that stands for the first rank of an attempt, of a range for documents (RFC 5737). */
const PLACEHOLDER_ADDRESS = '192.0.2.2';

/**
 * Builds every object that a run of a suite would create, in the order of the run: one attempt of every variant of every
 * test. Zeros stand for the parts of the names that come from Temporal. The objects have no owner, because the run object
 * whose uid it needs does not exist yet.
 *
 * @param pair nodes of the pair; default: `node1` and `node2`
 */
export async function plannedObjects(spec: SuiteSpec, pair: Pair = PLACEHOLDER_PAIR): Promise<PlannedObject[]> {
  const planned = plannedRun(spec, pair);
  const ranks: PlannedObject[] = [];
  for (const { tests } of blocksOf(spec)) {
    for (const { test } of tests) ranks.push(...(await plannedRanks(spec, test, planned)));
  }
  return [...(await plannedSetUp(spec, planned)), ...ranks, ...(await plannedDeployments(spec, planned))];
}

function plannedRun({ name, cluster, timeouts }: SuiteSpec, pair: Pair): PlannedRun {
  const { context, namespace, leaseNamespace = namespace } = cluster;
  const workflowId = `${name}-plan`;
  const key = '0'.repeat(8);
  return {
    run: { workflowId, runId: key, key, context, namespace, leaseNamespace, retryFor: timeouts.retry },
    pair,
    token: '0'.repeat(6),
    annotations: { [WORKFLOW_ANNOTATION]: workflowId, [TEMPORAL_ANNOTATION]: 'plan' },
  };
}

async function plannedSetUp(spec: SuiteSpec, { run, pair, annotations }: PlannedRun): Promise<PlannedObject[]> {
  const name = etcdName(run);
  const settings = podSettings(spec);
  const owned = (object: KubernetesObject, labels = {}) =>
    ownedObject(run, object, object.metadata.name, labels, { annotations, ownerUid: undefined });
  const named = (object: KubernetesObject) => owned({ ...object, metadata: { ...object.metadata, name } });
  const nodes = [pair.node1, pair.node2];
  const probes = await Promise.all(
    nodes.map((node, i) => probePod({ run, settings, node, index: i + 1 }, spec.timeouts.podStart)),
  );
  const claimant = claimantOf(run, annotations);
  const step = (what: string) => `set-up: ${what}`;
  return [
    {
      step: step('run object, which owns the other objects'),
      how: 'create',
      object: await runObject(run, filesOfTests(spec.tests), annotations),
    },
    ...claimTemplates(run, claimsOfSpec(spec), { annotations, ownerUid: undefined }).map((object) => ({
      step: step('templates of the claims'),
      how: 'create' as const,
      object,
    })),
    {
      step: step('etcd'),
      how: 'apply',
      object: named(await etcdDeployment({ run, ...etcdSettings(spec) }, name)),
    },
    { step: step('etcd'), how: 'apply', object: named(await etcdService(name)) },
    ...(await plannedProvisioning(spec, nodes, run)).map(({ pod, labels, what }) => ({
      step: step(what),
      how: 'create' as const,
      object: owned(pod, labels),
    })),
    ...nodes.map((node, i) => ({
      step: step(`lock of node${i + 1}`),
      how: 'create' as const,
      object: newLease(run.leaseNamespace, leaseName(node), claimant),
    })),
    ...probes.map((pod, i) => ({
      step: step(`probe of the image on node${i + 1}`),
      how: 'create' as const,
      object: owned(pod, PROBE_LABELS),
    })),
  ];
}

/** Builds the pods that ask for the nodes and keep them, with `nodes.provision`. */
async function plannedProvisioning(spec: SuiteSpec, nodes: readonly string[], run: Run) {
  if (!spec.nodes.provision) return [];
  const settings = podSettings(spec);
  const { selector } = spec.nodes;
  const request = { selector, sameZone: endsAtZone(fabricKindOf(spec.fabric)), limit: spec.timeouts.provision };
  const holders = nodes.map(async (_, i) => ({
    pod: await holderPod({ run, settings, index: i + 1, ...request }),
    labels: HOLDER_LABELS,
    what: `holder that asks for node${i + 1}`,
  }));
  const keepers = nodes.map(async (node, i) => ({
    pod: await keeperPod({ run, settings, index: i + 1, node }),
    labels: KEEPER_LABELS,
    what: `keeper of node${i + 1}`,
  }));
  return Promise.all([...holders, ...keepers]);
}

async function plannedRanks(
  spec: SuiteSpec,
  test: TransportTestSpec,
  { run, pair, token, annotations }: PlannedRun,
): Promise<PlannedObject[]> {
  const group = attemptGroup(run, token, test.name, attemptName({ warmUp: false, repetition: 1 }, 1));
  const activeDeadline = rankDeadline(test, spec);
  const settings = podSettings(spec, test);
  const { node1, node2 } = rankNodes(test, pair);
  const ranks = [
    { position: 'node2', node: node2, peer: undefined },
    { position: 'node1', node: node1, peer: PLACEHOLDER_ADDRESS },
  ] as const;
  return Promise.all(
    ranks.map(async (rank) => {
      const pod = await rankPod({ run, settings, test, group, activeDeadline, ...rank });
      const labels = rankLabels({ test, position: rank.position });
      return {
        step: `test ${test.name}, repetition 1, attempt 1: rank on ${rank.position}`,
        how: 'create' as const,
        object: ownedObject(run, pod, pod.metadata.name, labels, { annotations, ownerUid: undefined }),
      };
    }),
  );
}
