import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { describeSuiteRun, isNoAnswer, isOpen, progressOf } from '../../temporal/suite-runs.js';
import type { Progress } from '../../workflows/shared/messages.js';
import { type SuiteEnding, suiteEnding } from './suite-ending.js';

const INTERVAL_MS = 1000;

/** A suite run as it was last seen. */
export interface Sight {
  readonly workflowId: string;
  readonly runId?: string;
  readonly progress?: Progress;
  /** Why nothing newer is known. */
  readonly silence?: string | undefined;
  readonly ending?: SuiteEnding;
}

/** How a suite run is now. */
export async function look(client: Client, workflowId: string): Promise<Sight> {
  const description = await describeSuiteRun(client, workflowId);
  const { runId } = description;
  const progress = await progressOf(client, workflowId);
  const seen = { workflowId, runId, ...(progress ? { progress } : {}) };
  if (!isOpen(description)) return { ...seen, ending: await suiteEnding(client, description) };
  const silence = progress ? undefined : 'no worker answers; the suite goes on as soon as there is one';
  return { ...seen, silence };
}

/**
 * Follows a suite run to its end, or until `detached`; a Temporal server that is away for a while is waited for.
 *
 * @param show is given every look at it
 * @returns the last look
 */
export async function follow(
  client: Client,
  workflowId: string,
  detached: AbortSignal,
  show: (sight: Sight) => void,
): Promise<Sight> {
  let last: Sight = { workflowId };
  while (!detached.aborted) {
    const sight = await client
      .withAbortSignal(detached, () => look(client, workflowId))
      .catch((error: unknown): Sight => {
        if (detached.aborted) return last;
        if (isNoAnswer(error)) return { ...last, silence: 'Temporal does not answer; the suite goes on without it' };
        throw error;
      });
    if (detached.aborted) break;
    // What does not answer now leaves what was seen before.
    last = { ...last, ...sight };
    show(last);
    if (last.ending) break;
    await setTimeout(INTERVAL_MS, undefined, { signal: detached }).catch(() => undefined);
  }
  return last;
}
