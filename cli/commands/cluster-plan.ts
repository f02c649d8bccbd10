import { readOccupiedNodes } from '../../cluster/occupied-nodes.js';
import { Cluster } from '../../kubernetes/client/cluster.js';
import { deviceProblems } from '../../suite/cluster/device-problems.js';
import { distanceText } from '../../suite/cluster/location.js';
import { choosePair } from '../../suite/cluster/node-choice.js';
import { sharedNodeProblems } from '../../suite/cluster/shared-node-problems.js';
import type { Pair, Problem } from '../../suite/run/cluster-facts.js';
import type { Concern } from '../../suite/run/concern.js';
import { sharedNodeDemands } from '../../suite/spec/shared-node.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';

/** What a suite would find in the cluster now. */
interface InspectedCluster {
  readonly pair?: Pair;
  /** Where the nodes of the pair are relative to each other, in words. */
  readonly location?: string;
  readonly refused: readonly Concern[];
  readonly doubtful: readonly Concern[];
}

/** Returns the pair of nodes that a suite would choose now, and the problems of the cluster. Only reads. */
export async function inspectCluster(spec: SuiteSpec): Promise<InspectedCluster> {
  try {
    const cluster = Cluster.connect(spec.cluster.context);
    const { candidates, devicePlugins, autoscaler } = await readOccupiedNodes(cluster, spec.cluster.namespace);
    const choice = choosePair(spec, candidates, autoscaler);
    const { pair, waitFor } = choice;
    const location = choice.location && distanceText(choice.location);
    const node1 = candidates.find(({ facts }) => facts.name === pair?.node1)?.facts;
    if (pair) {
      const sharing = node1 ? sharedNodeProblems(sharedNodeDemands(spec), node1) : [];
      return {
        pair,
        ...(location === undefined ? {} : { location }),
        refused: sharing.map(concernOf),
        doubtful: [],
      };
    }
    if (spec.nodes.provision) {
      const message = `the run asks for its nodes and waits for them, at most ${formatDuration(spec.timeouts.provision)} (timeouts.provision)`;
      return { refused: [], doubtful: [{ subject: 'nodes', message }] };
    }
    if (waitFor) {
      const message = `the suite would wait until ${waitFor.join(', and ')}, at most ${formatDuration(spec.timeouts.podStart)} (timeouts.podStart)`;
      return { refused: [], doubtful: [{ subject: 'nodes', message }] };
    }
    const problems = [...choice.problems, ...deviceProblems(spec, candidates, devicePlugins)];
    return {
      refused: problems.map(concernOf),
      doubtful: [],
    };
  } catch (error) {
    if (!(error instanceof SuiteFailure)) throw error;
    return { refused: [{ subject: 'cluster', message: `${error.message}; ${error.hint}` }], doubtful: [] };
  }
}

function concernOf({ subject, message, hint }: Problem): Concern {
  return { subject, message: `${message}; ${hint}` };
}
