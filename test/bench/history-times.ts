import type { WorkflowHandle } from '@temporalio/client';

/** Where the time of one test's workflow went, in seconds. */
export interface TestTimes {
  readonly total: number;
  /** Creating both pods until they run. */
  readonly podStart: number;
  /** Waiting for the start delay. */
  readonly delay: number;
  /** Both ranks running. */
  readonly tools: number;
  /** All the rest: what the suite itself costs. */
  readonly own: number;
  readonly events: number;
  readonly bytes: number;
}

/** Reads the times from the workflow's own history, which has milliseconds where Kubernetes has seconds. */
export async function testTimes(handle: WorkflowHandle): Promise<TestTimes> {
  const { events = [] } = await handle.fetchHistory();
  const list = events ?? [];
  const time = (event: (typeof list)[number] | undefined) =>
    Number(event?.eventTime?.seconds ?? 0) + Number(event?.eventTime?.nanos ?? 0) / 1e9;
  const spans = (activity: string) =>
    list
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity)
      .map((scheduled) => {
        const id = String(scheduled.eventId);
        const ended = list.find(
          (event) => String(event.activityTaskCompletedEventAttributes?.scheduledEventId ?? '') === id,
        );
        return time(ended) - time(scheduled);
      });
  const timers = list
    .filter((event) => event.timerStartedEventAttributes)
    .map(
      (started) =>
        time(
          list.find(
            (event) => String(event.timerFiredEventAttributes?.startedEventId ?? '') === String(started.eventId),
          ),
        ) - time(started),
    );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const total = time(list.at(-1)) - time(list[0]);
  const podStart = sum(spans('startRank'));
  const delay = sum(timers);
  const tools = sum(spans('watchRanks'));
  const { historySizeBytes } = (await handle.describe()).raw.workflowExecutionInfo as { historySizeBytes?: unknown };
  return {
    total,
    podStart,
    delay,
    tools,
    own: total - podStart - delay - tools,
    events: list.length,
    bytes: Number(historySizeBytes ?? 0),
  };
}
