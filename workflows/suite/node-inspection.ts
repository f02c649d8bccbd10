import type { NodeCheck } from '../../activities/run/nodes.js';
import { probeProblems } from '../../suite/cluster/probe.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import type { Fabric } from '../../suite/hardware/fabric.js';
import type { Pair, ProbeFacts } from '../../suite/run/cluster-facts.js';
import { etcdEndpoint } from '../../suite/run/object-names.js';
import type { Run } from '../../suite/run/run.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import { sharedNodeDemands } from '../../suite/spec/shared-node.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { type ClaimOptions, claimNodes } from '../common/node-claim.js';
import type { SetUpProblems } from './set-up-problems.js';

/** Facts about the nodes that set-up could determine. */
export interface NodeInspection {
  readonly check: NodeCheck | undefined;
  readonly fabric: Fabric | undefined;
  readonly probes: readonly ProbeFacts[];
}

/** Options of the claim of the pair. */
interface InspectionOptions extends Pick<ClaimOptions, 'waitingSince' | 'byTimer' | 'beforePause'> {
  readonly report: (step: string) => void;
}

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
  const fabric = fabricOf(spec, check.nodes[0]?.instanceType ?? 'unknown', problems);
  return { check, fabric, probes: await probePair(spec, run, check.pair, problems) };
}

/** Chooses the pair and claims it. Chooses again after a wait for another suite, because the nodes may have changed. */
async function claimPair(spec: SuiteSpec, run: Run, options: InspectionOptions): Promise<NodeCheck> {
  const { report, byTimer, beforePause } = options;
  let { waitingSince } = options;
  for (;;) {
    const { nodes, resources } = spec;
    const check = await shortActivities.checkNodes({
      run,
      spec: { nodes, resources },
      sharing: sharedNodeDemands(spec),
    });
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

/** Determines the fabric from the spec and the instance type label of the node. */
function fabricOf(spec: SuiteSpec, labelled: string, problems: SetUpProblems): Fabric | undefined {
  const kind = fabricKindOf(spec.fabric);
  const fabric = kind.fabricOf(spec.fabric, labelled);
  if (!fabric) problems.add({ subject: 'fabric', ...kind.unknown(spec.fabric, labelled) });
  return fabric;
}
