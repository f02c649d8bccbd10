import type { RunOutcome } from '../verdict/outcome.js';

/** Key of a run's memo with the outcomes that pause the schedule that started the run. */
export const PAUSE_SCHEDULE_ON = 'PauseScheduleOn';

/** Key of a run's memo with the installation that owns the schedule that started the run. */
export const SCHEDULE_OWNER = 'ScheduleOwner';

/** Search attribute that Temporal sets on every run that a schedule starts: the id of the schedule. */
export const SCHEDULED_BY = 'TemporalScheduledById';

/** Outcomes that can pause a schedule, worst first. */
export const PAUSING_OUTCOMES = ['fail', 'regressed', 'inconclusive', 'skipped'] as const satisfies RunOutcome[];

/** Outcome that can pause a schedule. */
export type PausingOutcome = (typeof PAUSING_OUTCOMES)[number];

/** Result of a request to pause a schedule. */
export type SchedulePause =
  | { readonly paused: true }
  /** `paused`: it was paused before, with another note; `deleted`: it does not exist. */
  | { readonly paused: false; readonly because: 'paused' | 'deleted' };

/** Pauses schedules of a Temporal namespace. */
export interface ScheduleControl {
  /**
   * Pauses a schedule that is not paused. Can be repeated: a schedule that is paused with this note counts as paused by
   * this request.
   */
  pause(scheduleId: string, note: string): Promise<SchedulePause>;
}

/**
 * Returns the id of the schedule that a run must pause at its end; undefined when no schedule started the run, or when
 * its outcome does not pause the schedule.
 *
 * @param memo memo of the run; `PauseScheduleOn` is a list of outcomes, or one outcome
 * @param searchAttributes search attributes of the run, as lists or single values
 * @param outcome outcome of the run: `fail` for a run that fails with an exception. A cancelled run pauses nothing.
 */
export function scheduleToPause(
  memo: Readonly<Record<string, unknown>> | undefined,
  searchAttributes: Readonly<Record<string, unknown>> | undefined,
  outcome: RunOutcome | 'cancelled',
): string | undefined {
  const [schedule] = listOf(searchAttributes?.[SCHEDULED_BY]);
  if (typeof schedule !== 'string' || !pausingOutcomes(memo).some((pausing) => pausing === outcome)) return undefined;
  return schedule;
}

/** Reads the outcomes that pause the schedule from a memo, without unknown ones. */
export function pausingOutcomes(memo: Readonly<Record<string, unknown>> | undefined): PausingOutcome[] {
  const listed = listOf(memo?.[PAUSE_SCHEDULE_ON]);
  return PAUSING_OUTCOMES.filter((outcome) => listed.includes(outcome));
}

/** Writes the note on a schedule that a run has paused: the run, its outcome, and how to resume. */
export function pauseNote(workflowId: string, outcome: RunOutcome, scheduleId: string): string {
  return `suite run ${workflowId} ended with outcome ${outcome}; to resume: dynamo-bench schedule resume ${scheduleId}`;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
