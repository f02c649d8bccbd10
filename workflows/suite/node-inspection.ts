import { sleep } from '@temporalio/workflow';
import type { NodeCheck } from '../../activities/run/nodes.js';
import { probeProblems } from '../../suite/cluster/probe.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import { type Fabric, slowestFabric } from '../../suite/hardware/fabric.js';
import type { Pair, ProbeFacts } from '../../suite/run/cluster-facts.js';
import { etcdEndpoint } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import { sharedNodeDemands } from '../../suite/spec/shared-node.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { type ClaimOptions, claimNodes } from '../common/node-claim.js';
import { summaryText } from '../common/summary.js';
import { type ProvisioningOptions, provisionedNodes } from './provisioning.js';
import type { SetUpProblems } from './set-up-problems.js';

/** Shortest pause between two checks of the nodes, in seconds. */
const CHECK_SECONDS = 5;

/** Facts about the nodes that set-up could determine. */
export interface NodeInspection {
  readonly check: NodeCheck | undefined;
  readonly fabric: Fabric | undefined;
  readonly probes: readonly ProbeFacts[];
}

/** Options of the choice and the claim of the pair. */
interface InspectionOptions
  extends Pick<ClaimOptions, 'waitingSince' | 'byTimer' | 'beforePause'>,
    Pick<ProvisioningOptions, 'report' | 'betweenWaits'> {}

/** Chooses and claims the pair, determines its fabric, and probes the image on both nodes. */
export async function inspectNodes(
  spec: SuiteSpec,
  run: Run,
  problems: SetUpProblems,
  options: InspectionOptions,
): Promise<NodeInspection> {
  const check = await problems.attempt('nodes', () => claimPair(spec, run, options));
  problems.add(...(check?.problems ?? []));
  if (!check?.pair) return { check, fabric: undefined, probes: [] };
  const types = new Set(check.nodes.map(({ instanceType }) => instanceType));
  const probes = await probePair(spec, run, check.pair, problems);
  return { check, fabric: fabricOf(spec, types.size > 0 ? [...types] : ['unknown'], probes, problems), probes };
}

/** Chooses the pair and claims it. Chooses again after a wait for another suite, because the nodes may have changed. */
async function claimPair(spec: SuiteSpec, run: Run, options: InspectionOptions): Promise<NodeCheck> {
  const { report, byTimer, beforePause } = options;
  let { waitingSince } = options;
  for (;;) {
    const nodes = spec.nodes.provision ? await provisionedNodes(spec, run, options) : spec.nodes;
    const check = await checkUntilPair({ ...spec, nodes }, run, report);
    if (!check.pair) return check;
    let waited = false;
    await claimNodes(run, [check.pair.node1, check.pair.node2], {
      byTimer,
      beforePause,
      waitingSince,
      limit: spec.timeouts.nodeLock,
      report: async (step) => {
        waited = true;
        report(step);
      },
    });
    if (!waited) return check;
    // Another suite may claim the nodes first. That is another wait, with the whole limit.
    waitingSince = undefined;
    report('checking the nodes again');
    await shortActivities.releaseNodes({ run });
  }
}

/**
 * Checks the nodes. Checks them again while a wait makes a pair fit, such as the end of pods that have been asked to end,
 * `timeouts.podStart` at most. A check of an earlier version of the worker does not name what to wait for, so a history from before
 * replays without the wait.
 */
async function checkUntilPair(spec: SuiteSpec, run: Run, report: (step: string) => void): Promise<NodeCheck> {
  const { nodes, resources, fabric } = spec;
  const sharing = sharedNodeDemands(spec);
  let deadline: number | undefined;
  let reported: string | undefined;
  for (;;) {
    const check = await shortActivities.checkNodes({ run, spec: { nodes, resources, fabric }, sharing });
    if (check.pair || !check.waitFor) return check;
    deadline ??= Date.now() + spec.timeouts.podStart * 1000;
    const left = (deadline - Date.now()) / 1000;
    if (left <= 0) return check;
    const text = `waiting until ${check.waitFor.join(', and ')}`;
    if (text !== reported) report(text);
    reported = text;
    // A longer wait has longer pauses, which bounds the history.
    const pause = Math.min(left, Math.max(CHECK_SECONDS, (spec.timeouts.podStart - left) / 10));
    await sleep(pause * 1000, { summary: summaryText('until the next check of the nodes') });
  }
}

/**
 * Probes the image on both nodes at once. Does not wait for etcd: the name of its Service resolves before etcd is
 * ready.
 */
async function probePair(
  spec: SuiteSpec,
  run: Run,
  { node1, node2 }: Pair,
  problems: SetUpProblems,
): Promise<ProbeFacts[]> {
  const settings = podSettings(spec);
  const found = await Promise.all(
    [node1, node2].map((node, i) =>
      problems.attempt(`image on ${node}`, () =>
        longActivities(spec.timeouts.podStart).probeNode.executeWithOptions({ summary: node }, [
          { run, settings, node, index: i + 1, patience: spec.timeouts },
        ]),
      ),
    ),
  );
  const probes = found.filter((probe) => probe !== undefined);
  problems.add(...probeProblems(spec, probes, etcdEndpoint(run)));
  return probes;
}

/**
 * Determines the fabric from the spec and the instance types in the labels of the nodes, and from what the devices of the probe
 * pods report for a type of which nothing is known. Traffic between two types is no faster than the node with the lower bandwidth,
 * so its fabric counts.
 */
function fabricOf(
  spec: SuiteSpec,
  labelled: readonly string[],
  probes: readonly ProbeFacts[],
  problems: SetUpProblems,
): Fabric | undefined {
  const kind = fabricKindOf(spec.fabric);
  const unknown = labelled.filter((type) => kind.fabricOf(spec.fabric, type) === undefined);
  const declared = labelled.flatMap((type) => kind.fabricOf(spec.fabric, type) ?? []);
  if (unknown.length === 0) return slowestFabric(declared);
  const read = probes.flatMap(
    ({ links = [] }) => kind.fabricOfReading(spec.fabric, links, spec.resources.gpu.count) ?? [],
  );
  if (read.length > 0 && read.length === probes.length) return slowestFabric([...declared, ...read]);
  for (const type of unknown) problems.add({ subject: 'fabric', ...kind.unknown(spec.fabric, type) });
  return undefined;
}
