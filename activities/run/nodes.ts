import { cancellationSignal, log } from '@temporalio/activity';
import { readOccupiedNodes } from '../../cluster/occupied-nodes.js';
import type { NodeRequirements } from '../../suite/cluster/candidate.js';
import { deviceProblems } from '../../suite/cluster/device-problems.js';
import { choosePair } from '../../suite/cluster/node-choice.js';
import { sharedNodeProblems } from '../../suite/cluster/shared-node-problems.js';
import type { DevicePluginFacts, NodeFacts, Pair, Problem } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import type { SharedNodeDemand } from '../../suite/spec/shared-node.js';
import type { ActivityContext } from '../context/context.js';

/** Result of the node check. `pair` is defined when two nodes can run a rank each. */
export interface NodeCheck {
  readonly kubernetesVersion: string;
  readonly nodes: readonly NodeFacts[];
  readonly pair?: Pair;
  readonly devicePlugins: readonly DevicePluginFacts[];
  readonly problems: readonly Problem[];
  /** What a wait makes true, after which a pair fits; absent when there is a pair, or when a wait does not help. */
  readonly waitFor?: readonly string[];
}

export function nodeActivities(context: ActivityContext) {
  return {
    /** Checks nodes, free resources and device plugins, and chooses the pair. Returns all problems at once. */
    async checkNodes(input: {
      run: Run;
      spec: NodeRequirements;
      /** Tests whose ranks share node1; absent in histories of earlier versions of the worker. */
      sharing?: readonly SharedNodeDemand[];
    }): Promise<NodeCheck> {
      const cluster = context.cluster(input.run);
      const signal = cancellationSignal();
      const [kubernetesVersion, { candidates, devicePlugins, onlyOwnPods, autoscaler }] = await Promise.all([
        cluster.version(signal),
        readOccupiedNodes(cluster, input.run.namespace, signal),
      ]);
      if (onlyOwnPods) {
        log.warn(
          `the worker may list pods only in namespace ${input.run.namespace}: devices that pods of other namespaces occupy count as free`,
        );
      }
      const choice = choosePair(input.spec, candidates, autoscaler);
      const chosen = [choice.pair?.node1, choice.pair?.node2];
      const node1 = candidates.find(({ facts }) => facts.name === choice.pair?.node1)?.facts;
      return {
        kubernetesVersion,
        nodes: candidates.map(({ facts }) => facts).filter(({ name }) => chosen.includes(name)),
        ...(choice.pair ? { pair: choice.pair } : {}),
        devicePlugins: (devicePlugins ?? []).map(({ placement: _, ...facts }) => facts),
        // Nodes beside the pair may lack devices.
        problems: node1
          ? sharedNodeProblems(input.sharing ?? [], node1)
          : [...choice.problems, ...deviceProblems(input.spec, candidates, devicePlugins)],
        ...(choice.waitFor ? { waitFor: choice.waitFor } : {}),
      };
    },
  };
}
