import type { WorkflowHandle } from '@temporalio/client';
import { SuiteFailure } from '../suite/verdict/failure.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
/** One event of a workflow's history, as the server gives it. */
export type HistoryEvent = NonNullable<History['events']>[number];

/** Where `temporal workflow reset` makes a suite run one block again, and nothing that finished before it. */
export interface ResetPoint {
  /** Of a completed workflow task; the commands of that task and all that followed are done anew. */
  readonly eventId: string;
  /** Name of the test, or `interleaved`. */
  readonly block: string;
  /** Message of the failure, when it failed. */
  readonly failure?: string | undefined;
  /** A block that runs now. A reset does not end it: it would measure beside the one that runs again. */
  readonly running?: string | undefined;
}

/** The first step of every block: what follows makes sure that etcd is there, whatever has been removed meanwhile. */
const FIRST_STEP = 'isRunOpen';

/**
 * The reset point of a block, by name, or of the last one that failed.
 *
 * @throws {SuiteFailure} `NotFound` with the blocks that there are, when there is none of that name or none has failed
 */
export function resetPoint(events: readonly HistoryEvent[], block?: string): ResetPoint {
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
      block === undefined ? 'no test of this run has failed' : `no test "${block}" has run`,
      { hint: `tests so far: ${names}` },
    );
  }
  const first = events.findLast(
    ({ eventId, activityTaskScheduledEventAttributes: activity }) =>
      activity?.activityType?.name === FIRST_STEP && Number(eventId) < wanted.initiated,
  );
  const task = first?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  if (!task) throw new Error(`the history does not show where test "${wanted.name}" began`);
  const ended = new Set(events.flatMap((event) => endOfChild(event) ?? []));
  return {
    eventId: String(task),
    block: wanted.name,
    failure: failures.get(wanted.initiated),
    running: blocks.find(({ initiated, name }) => name !== wanted.name && !ended.has(initiated))?.name,
  };
}

/** Of the child that this event is the end of: the event by which it was started. */
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
