import { ActivityCancellationType, log, sleep } from '@temporalio/workflow';
import type { NodeHolder } from '../../activities/context/node-claims.js';
import type { ObservedLease } from '../../activities/run/claiming.js';
import type { Run } from '../../suite/run/run.js';
import { formatDuration } from '../../suite/units/units.js';
import { SuiteFailure } from '../../suite/verdict/failure.js';
import { longActivities, shortActivities } from './activity-options.js';
import { failureOf, workflowFailure } from './failures.js';
import { isClaimAwaited } from './patches.js';
import { summaryText } from './summary.js';

/** Pauses between two tries, in seconds. They bound the history of a long wait, and the time for which nodes stay idle. */
const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 15;
const PAUSE_GROWTH = 1.5;

/**
 * Longest wait of one activity in a run of an earlier version, in seconds. Such an activity takes one of the worker's
 * slots while it waits.
 */
const WAIT_SECONDS = 300;

/** Options of `claimNodes`. */
export interface ClaimOptions {
  /** Longest wait, in seconds. */
  readonly limit: number;
  /** Start of the wait in an earlier run of the workflow, milliseconds since 1970. Default: now */
  readonly waitingSince?: number | undefined;
  /** Whether the wait is a timer of the workflow (see `isBounded`). */
  readonly byTimer: boolean;
  /** Receives a step that names the run that holds the nodes, whenever that run changes. */
  readonly report: (step: string) => Promise<void>;
  /** Called before every pause with the start of the wait; the workflow may continue as new here. */
  readonly beforePause: (waitingSince: number) => Promise<void>;
}

/**
 * Claims nodes for this run. Waits while another suite run measures on one of them.
 *
 * @throws `NodesBusy` after the limit
 */
export async function claimNodes(run: Run, nodes: readonly string[], options: ClaimOptions): Promise<void> {
  const { limit, waitingSince = Date.now(), byTimer, report, beforePause } = options;
  const deadline = waitingSince + limit * 1000;
  let pause = FIRST_PAUSE_SECONDS;
  let observed: readonly ObservedLease[] | undefined;
  let holder: NodeHolder | undefined;
  let reported: string | undefined;
  const cancellationType = isClaimAwaited() ? ActivityCancellationType.WAIT_CANCELLATION_COMPLETED : undefined;
  for (;;) {
    const wait = holder && !byTimer ? Math.min(WAIT_SECONDS, Math.max(0, (deadline - Date.now()) / 1000)) : 0;
    const result = await longActivities(wait).claimNodes.executeWithOptions(
      { summary: summaryText(nodes.join(' and ')), ...(cancellationType ? { cancellationType } : {}) },
      [{ run, nodes, wait, ...(observed ? { observed } : {}) }],
    );
    if (result.held) return;
    holder = result.by;
    const text = holderText(holder);
    if (Date.now() >= deadline) {
      throw workflowFailure(
        new SuiteFailure(
          'NodesBusy',
          `the nodes were not free within ${formatDuration(limit)}: ${text}`,
          holder.left === undefined ? {} : { hint: LEFT_HINT },
        ),
      );
    }
    if (!byTimer || text !== reported) await report(`waiting for nodes: ${text}`);
    reported = text;
    if (!byTimer) continue;
    await beforePause(waitingSince);
    const pausedAt = Date.now();
    await sleep(pause * 1000, { summary: summaryText(`until the next try to claim ${nodes.join(' and ')}`) });
    // Counts at most two pauses: while no worker runs, the holder may be unable to renew its claim.
    const paused = Math.min(2 * pause, (Date.now() - pausedAt) / 1000);
    observed = result.observed?.map((lease) => ({ ...lease, seconds: lease.seconds + paused }));
    pause = Math.min(LONGEST_PAUSE_SECONDS, pause * PAUSE_GROWTH);
  }
}

/** Remedy when the run that holds the nodes has ended. */
const LEFT_HINT =
  'Start the Dynamo operator again if the message names its finalizer, or remove what the ended run left: `dynamo-bench cleanup` lists it';

function holderText({ workflowId, namespace, node, since, left }: NodeHolder): string {
  const run = `suite run "${workflowId}" (namespace ${namespace})`;
  if (left !== undefined) return `${run} has ended, but ${node} is not free: ${left}`;
  return `${run} is measuring on ${node}${since ? ` (since ${since})` : ''}`;
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
