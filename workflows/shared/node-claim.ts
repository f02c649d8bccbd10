import { log } from '@temporalio/workflow';
import type { NodeHolder } from '../../activities/context/node-claims.js';
import type { Run } from '../../suite/run/run.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { longActivities, shortActivities } from './activity-options.js';
import { failureOf, workflowFailure } from './failures.js';

/** One activity waits this long: short enough for a history that stays small and a time-out that means something. */
const WAIT_SECONDS = 300;

/**
 * Claims nodes for this run, and waits while another suite measures there.
 *
 * @param limit seconds to wait at most
 * @param report is told whom the run waits for
 * @throws `NodesBusy` when the limit has passed
 */
export async function claimNodes(
  run: Run,
  nodes: readonly string[],
  limit: number,
  report: (step: string) => Promise<void>,
): Promise<void> {
  const deadline = Date.now() + limit * 1000;
  let holder: NodeHolder | undefined;
  for (;;) {
    const wait = holder ? Math.min(WAIT_SECONDS, Math.max(0, (deadline - Date.now()) / 1000)) : 0;
    const result = await longActivities(wait).claimNodes.executeWithOptions({ summary: nodes.join(' and ') }, [
      { run, nodes, wait },
    ]);
    if (result.held) return;
    holder = result.by;
    const text = `suite run "${holder.workflowId}" (namespace ${holder.namespace}) measures on ${holder.node}${holder.since ? ` since ${holder.since}` : ''}`;
    if (Date.now() >= deadline) {
      throw workflowFailure(new SuiteFailure('NodesBusy', `waited ${formatDuration(limit)}: ${text}`));
    }
    await report(`waiting for nodes: ${text}`);
  }
}

/** Others may measure while this run waits for a person. A cluster that is away is no reason not to wait: claims run out. */
export async function giveNodesBack(run: Run): Promise<void> {
  try {
    await shortActivities.releaseNodes({ run });
  } catch (error) {
    const { class: failureClass, message } = failureOf(error);
    log.warn('the nodes could not be given back', { failureClass, message });
  }
}
