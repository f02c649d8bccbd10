import { readOccupiedNodes } from '../../cluster/occupied-nodes.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { efaPluginProblems } from '../../suite/cluster/device-plugin.js';
import { choosePair } from '../../suite/cluster/node-choice.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Concern } from '../../suite/run/concern.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** Returns the pair of nodes that a suite would choose now, and the problems of the cluster. Only reads. */
export async function inspectCluster(spec: SuiteSpec): Promise<{ pair?: Pair; refused: Concern[] }> {
  try {
    const cluster = Cluster.connect(spec.cluster.context);
    const { candidates, devicePlugins, autoscaler } = await readOccupiedNodes(cluster, spec.cluster.namespace);
    const { pair, problems } = choosePair(spec, candidates, autoscaler);
    // The run asks for its nodes, which need not exist yet.
    if (spec.nodes.provision) return { ...(pair ? { pair } : {}), refused: [] };
    const all = [...problems, ...efaPluginProblems(spec, candidates, devicePlugins)];
    return {
      ...(pair ? { pair } : {}),
      refused: all.map(({ subject, message, hint }) => ({ subject, message: `${message}; ${hint}` })),
    };
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    return { refused: [{ subject: 'cluster', message: `${error.message}; ${error.hint}` }] };
  }
}
