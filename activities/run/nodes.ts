import { cancellationSignal } from '@temporalio/activity';
import { candidatesOf, devicePluginFacts } from '../../cluster/node-facts.js';
import type { DaemonSet, Node, Pod } from '../../kubernetes/client/objects.js';
import { DAEMON_SET, NODE, POD } from '../../kubernetes/client/resources.js';
import { efaPluginProblems } from '../../suite/cluster/device-plugin.js';
import { choosePair } from '../../suite/cluster/node-choice.js';
import type { DevicePluginFacts, NodeFacts, Pair, Problem } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import type { ActivityContext } from '../context/context.js';

/** Result of the node check. `pair` is defined when two nodes can run a rank each. */
export interface NodeCheck {
  readonly kubernetesVersion: string;
  readonly nodes: readonly NodeFacts[];
  readonly pair?: Pair;
  readonly devicePlugins: readonly DevicePluginFacts[];
  readonly problems: readonly Problem[];
}

export function nodeActivities(context: ActivityContext) {
  return {
    /** Checks nodes, free resources and device plugins, and chooses the pair. Returns all problems at once. */
    async checkNodes(input: { run: Run; spec: Pick<SuiteSpec, 'nodes' | 'resources'> }): Promise<NodeCheck> {
      const cluster = context.cluster(input.run);
      const signal = cancellationSignal();
      const [kubernetesVersion, nodes, pods, daemonSets] = await Promise.all([
        cluster.version(signal),
        cluster.list<Node>(NODE, undefined, {}, signal),
        cluster.list<Pod>(POD, undefined, { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }, signal),
        cluster.list<DaemonSet>(DAEMON_SET, undefined, {}, signal),
      ]);
      const candidates = candidatesOf(nodes, pods);
      const devicePlugins = daemonSets.flatMap(devicePluginFacts);
      const choice = choosePair(input.spec, candidates);
      const chosen = [choice.pair?.node1, choice.pair?.node2];
      return {
        kubernetesVersion,
        nodes: candidates.map(({ facts }) => facts).filter(({ name }) => chosen.includes(name)),
        ...(choice.pair ? { pair: choice.pair } : {}),
        devicePlugins,
        problems: [...choice.problems, ...efaPluginProblems(input.spec, candidates, devicePlugins)],
      };
    },
  };
}
