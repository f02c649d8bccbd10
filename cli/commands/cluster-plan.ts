import { candidatesOf, devicePluginFacts } from '../../cluster/node-facts.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import type { DaemonSet, Node, Pod } from '../../kubernetes/client/objects.js';
import { DAEMON_SET, NODE, POD } from '../../kubernetes/client/resources.js';
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
    const [nodes, pods, daemonSets] = await Promise.all([
      cluster.list<Node>(NODE, undefined),
      cluster.list<Pod>(POD, undefined, { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' }),
      cluster.list<DaemonSet>(DAEMON_SET, undefined),
    ]);
    const candidates = candidatesOf(nodes, pods);
    const { pair, problems } = choosePair(spec, candidates);
    const all = [...problems, ...efaPluginProblems(spec, candidates, daemonSets.flatMap(devicePluginFacts))];
    return {
      ...(pair ? { pair } : {}),
      refused: all.map(({ subject, message, hint }) => ({ subject, message: `${message}; ${hint}` })),
    };
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    return { refused: [{ subject: 'cluster', message: `${error.message}; ${error.hint}` }] };
  }
}
