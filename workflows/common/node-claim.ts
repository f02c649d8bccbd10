import { log } from '@temporalio/workflow';
import type { NodeHolder } from '../../activities/context/node-claims.js';
import type { Run } from '../../suite/run/run.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { longActivities, shortActivities } from './activity-options.js';
import { failureOf, workflowFailure } from './failures.js';

/**
 * Longest wait of one activity. A longer wait repeats the activity, so its time-out stays short and the history small.
 */
const WAIT_SECONDS = 300;

/**
 * Claims nodes for this run. Waits while another suite run measures on one of them.
 *
 * @param limit longest wait, in seconds
 * @param report receives a step that names the run that holds the nodes
 * @throws `NodesBusy` after the limit
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
    const text = `suite run "${holder.workflowId}" (namespace ${holder.namespace}) is measuring on ${holder.node}${holder.since ? ` (since ${holder.since})` : ''}`;
    if (Date.now() >= deadline) {
      throw workflowFailure(
        new SuiteFailure('NodesBusy', `the nodes were not free within ${formatDuration(limit)}: ${text}`),
      );
    }
    await report(`waiting for nodes: ${text}`);
  }
}

/**
 * Releases the nodes, so that other runs can measure while this one waits for a person. Only logs a failure, because
 * claims expire.
 */
export async function releaseNodes(run: Run): Promise<void> {
  try {
    await shortActivities.releaseNodes({ run });
  } catch (error) {
    const { class: failureClass, message } = failureOf(error);
    log.warn('cannot release the nodes', { failureClass, message });
  }
}
