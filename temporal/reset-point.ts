import type { WorkflowHandle } from '@temporalio/client';
import { SuiteFailure } from '../suite/verdict/failure.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
/** One event of a workflow's history, as the server returns it. */
export type HistoryEvent = NonNullable<History['events']>[number];

/** Event to which a suite run is reset, so that one block runs again and the blocks that finished before it do not. */
export interface ResetPoint {
  /** Id of the event that completed a workflow task. The commands of that task and all later ones run again. */
  readonly eventId: string;
  /** Name of the test, or `interleaved`. */
  readonly block: string;
  /** Message of the block's failure; undefined when it did not fail. */
  readonly failure?: string | undefined;
  /** Name of another block that is running. A reset does not end it, so both would measure at the same time. */
  readonly running?: string | undefined;
}

/** First activity of every block. The steps after it create etcd again if it was removed. */
const FIRST_STEP = 'isRunOpen';

/**
 * Finds the reset point of a block by name, or of the last block that failed.
 *
 * @param events history of the suite run
 * @throws {SuiteFailure} `NotFound`, with a list of the blocks that ran, when none has that name or none failed
 */
export function findResetPoint(events: readonly HistoryEvent[], block?: string): ResetPoint {
  const blocks = events.flatMap(({ eventId, startChildWorkflowExecutionInitiatedEventAttributes: child }) =>
    child ? [{ initiated: Number(eventId), name: child.workflowId?.split('/').at(-1) ?? '' }] : [],
  );
  const failures = new Map(
    events.flatMap(({ childWorkflowExecutionFailedEventAttributes: failed }) =>
      failed ? [[Number(failed.initiatedEventId), failed.failure?.message ?? ''] as const] : [],
    ),
  );
  const wanted = blocks.findLast(({ name, initiated }) =>
    block === undefined ? failures.has(initiated) : name === block,
  );
  if (!wanted) {
    const names = [...new Set(blocks.map(({ name }) => name))].join(', ') || 'none';
    throw new SuiteFailure(
      'NotFound',
      block === undefined ? 'No test of this suite run has failed' : `Test "${block}" has not run in this suite run`,
      { hint: `name a test that has run with --test: ${names}` },
    );
  }
  const first = events.findLast(
    ({ eventId, activityTaskScheduledEventAttributes: activity }) =>
      activity?.activityType?.name === FIRST_STEP && Number(eventId) < wanted.initiated,
  );
  const task = first?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  if (!task) throw new Error(`The history of this suite run does not contain the start of test "${wanted.name}"`);
  const ended = new Set(events.flatMap((event) => endOfChild(event) ?? []));
  return {
    eventId: String(task),
    block: wanted.name,
    failure: failures.get(wanted.initiated),
    running: blocks.find(({ initiated, name }) => name !== wanted.name && !ended.has(initiated))?.name,
  };
}

/** If the event ends a child workflow, returns the id of the event that initiated the child. */
function endOfChild(event: HistoryEvent): number | undefined {
  const end =
    event.childWorkflowExecutionCompletedEventAttributes ??
    event.childWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionCanceledEventAttributes ??
    event.childWorkflowExecutionTerminatedEventAttributes ??
    event.childWorkflowExecutionTimedOutEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes;
  return end ? Number(end.initiatedEventId) : undefined;
}
