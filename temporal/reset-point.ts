import type { WorkflowHandle } from '@temporalio/client';
import type { ProtoFailure } from '@temporalio/common';
import { SuiteFailure } from '../suite/verdict/failure.js';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
/** One event of a workflow's history, as the server returns it. */
export type HistoryEvent = NonNullable<History['events']>[number];

/** One run of a suite's chain, and its events. A suite with many tests continues as new between its blocks. */
export interface ChainRun {
  readonly runId: string;
  readonly events: readonly HistoryEvent[];
}

/** Event to which a suite run is reset, so that one block runs again and the blocks that finished before it do not. */
export interface ResetPoint {
  /** Run of the chain that has the event. */
  readonly runId: string;
  /** Id of the event that completed a workflow task. The commands of that task and all later ones run again. */
  readonly eventId: string;
  /** Name of the test, or `interleaved`. */
  readonly block: string;
  /** Failure of the block as the server stores it; undefined when it did not fail. */
  readonly failure?: ProtoFailure | undefined;
  /** Name of another block that is running. A reset does not end it, so both would measure at the same time. */
  readonly running?: string | undefined;
}

/** First activity of every block. The steps after it create etcd again if it was removed. */
const FIRST_STEP = 'isRunOpen';

/**
 * Finds the reset point of a block by name, or of the last block that failed.
 *
 * @param chain runs of the suite's chain, the newest first; reads no more runs than it needs
 * @throws {SuiteFailure} `NotFound`, with a list of the blocks that ran, when none has that name or none failed
 */
export async function findResetPoint(chain: AsyncIterable<ChainRun>, block?: string): Promise<ResetPoint> {
  const names: string[] = [];
  let running: readonly BlockStart[] | undefined;
  for await (const { runId, events } of chain) {
    const blocks = blocksIn(events);
    running ??= openBlocks(blocks, events);
    names.unshift(...blocks.map(({ name }) => name));
    const failures = failuresIn(events);
    const wanted = blocks.findLast(({ name, initiated }) =>
      block === undefined ? failures.has(initiated) : name === block,
    );
    if (!wanted) continue;
    return {
      runId,
      eventId: startOfBlock(events, wanted),
      block: wanted.name,
      failure: failures.get(wanted.initiated),
      running: running.find(({ name }) => name !== wanted.name)?.name,
    };
  }
  throw new SuiteFailure(
    'NotFound',
    block === undefined ? 'No test of this suite run has failed' : `Test "${block}" has not run in this suite run`,
    { hint: `name a test that has run with --test: ${[...new Set(names)].join(', ') || 'none'}` },
  );
}

/** Start of a block: the event that initiated its child workflow. */
interface BlockStart {
  readonly initiated: number;
  readonly name: string;
}

function blocksIn(events: readonly HistoryEvent[]): BlockStart[] {
  return events.flatMap(({ eventId, startChildWorkflowExecutionInitiatedEventAttributes: child }) =>
    child ? [{ initiated: Number(eventId), name: child.workflowId?.split('/').at(-1) ?? '' }] : [],
  );
}

/** Returns the failure of each failed block, by the event that initiated it. */
function failuresIn(events: readonly HistoryEvent[]): ReadonlyMap<number, ProtoFailure> {
  return new Map(
    events.flatMap(({ childWorkflowExecutionFailedEventAttributes: failed }) =>
      failed ? [[Number(failed.initiatedEventId), failed.failure ?? {}] as const] : [],
    ),
  );
}

function openBlocks(blocks: readonly BlockStart[], events: readonly HistoryEvent[]): BlockStart[] {
  const ended = new Set(events.flatMap((event) => endOfChild(event) ?? []));
  return blocks.filter(({ initiated }) => !ended.has(initiated));
}

/** Returns the id of the event that completed the workflow task which started a block. */
function startOfBlock(events: readonly HistoryEvent[], { initiated, name }: BlockStart): string {
  const first = events.findLast(
    ({ eventId, activityTaskScheduledEventAttributes: activity }) =>
      activity?.activityType?.name === FIRST_STEP && Number(eventId) < initiated,
  );
  const task = first?.activityTaskScheduledEventAttributes?.workflowTaskCompletedEventId;
  if (!task) throw new Error(`The history of this suite run does not contain the start of test "${name}"`);
  return String(task);
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
