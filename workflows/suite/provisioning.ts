import { endsAtZone } from '../../suite/cluster/zone-border.js';
import { fabricKindOf } from '../../suite/fabrics/registry.js';
import type { Pair } from '../../suite/run/cluster-facts.js';
import type { Run } from '../../suite/run/run.js';
import { podSettings } from '../../suite/spec/pod-settings.js';
import type { SuiteSpec } from '../../suite/spec/spec.js';
import { longActivities, shortActivities } from '../common/activity-options.js';
import { summaryText } from '../common/summary.js';

/** Longest wait of one activity, in seconds. Between two of them the workflow can continue as new. */
const WAIT_SECONDS = 60;

/** Options of the wait for nodes that an autoscaler provides. */
export interface ProvisioningOptions {
  /** Receives a step that says what the pods wait for, whenever that changes. */
  readonly report: (step: string) => void;
  /** Called between two activities; the workflow may continue as new here. */
  readonly betweenWaits: () => Promise<void>;
}

/**
 * Waits until an autoscaler or a queue has provided the pair, and returns the choice of exactly these nodes. Returns the same nodes
 * when the run has them already.
 *
 * @throws `NodesNotProvisioned` after `timeouts.provision`
 */
export async function provisionedNodes(
  spec: SuiteSpec,
  run: Run,
  { report, betweenWaits }: ProvisioningOptions,
): Promise<SuiteSpec['nodes']> {
  const request = {
    run,
    settings: podSettings(spec),
    selector: spec.nodes.selector,
    sameZone: endsAtZone(fabricKindOf(spec.fabric)),
    limit: spec.timeouts.provision,
    since: Date.now(),
    wait: WAIT_SECONDS,
  };
  const { provisionNodes } = longActivities(WAIT_SECONDS);
  let known: string | undefined;
  for (;;) {
    const summary = summaryText(known ?? 'asking for two nodes');
    const result = await provisionNodes.executeWithOptions({ summary }, [{ ...request, known }]);
    if ('pair' in result) return { ...spec.nodes, names: [result.pair.node1, result.pair.node2] };
    known = result.waiting;
    report(`waiting for a node: ${known}`);
    await betweenWaits();
  }
}

/** Makes sure that the nodes which an autoscaler provided stay, also after somebody has deleted the pods that keep them. */
export async function keepProvisionedNodes(spec: SuiteSpec, run: Run, pair: Pair): Promise<void> {
  if (spec.nodes.provision) await shortActivities.keepNodes({ run, settings: podSettings(spec), pair });
}
