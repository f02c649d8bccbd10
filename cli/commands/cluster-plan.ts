import { readOccupiedNodes } from '../../cluster/occupied-nodes.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { efaPluginProblems } from '../../suite/cluster/device-plugin.js';
import { choosePair } from '../../suite/cluster/node-choice.js';
import { sharedNodeProblems } from '../../suite/cluster/shared-node-problems.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Concern } from '../../suite/run/concern.js';
import { sharedNodeDemands } from '../../suite/spec/shared-node.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Returns the pair of nodes that a suite would choose now, and the problems of the cluster. Only reads. */
export async function inspectCluster(spec: SuiteSpec): Promise<{ pair?: Pair; refused: Concern[] }> {
  try {
    const cluster = Cluster.connect(spec.cluster.context);
    const { candidates, devicePlugins } = await readOccupiedNodes(cluster, spec.cluster.namespace);
    const { pair, problems } = choosePair(spec, candidates);
    const node1 = candidates.find(({ facts }) => facts.name === pair?.node1)?.facts;
    const sharing = node1 ? sharedNodeProblems(sharedNodeDemands(spec), node1) : [];
    const all = [...problems, ...sharing, ...efaPluginProblems(spec, candidates, devicePlugins)];
    return {
      ...(pair ? { pair } : {}),
      refused: all.map(({ subject, message, hint }) => ({ subject, message: `${message}; ${hint}` })),
    };
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    return { refused: [{ subject: 'cluster', message: `${error.message}; ${error.hint}` }] };
  }
}
