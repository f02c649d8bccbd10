import { type Connection, isGrpcServiceError } from '@temporalio/client';
import type { ScheduleControl, SchedulePause } from '../suite/run/schedule-pause.js';

/** gRPC code: the schedule does not exist, or was deleted. */
const NOT_FOUND = 5;
/** gRPC code: another client changed the schedule. Older servers ignore the update instead. */
const FAILED_PRECONDITION = 9;
/** Number of tries while other clients change the schedule at the same time. */
const MOST_TRIES = 5;

/** Pauses the schedules of a Temporal namespace. */
export class ScheduleDirectory implements ScheduleControl {
  readonly #connection: Connection;
  readonly #namespace: string;

  constructor(connection: Connection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
  }

  /**
   * Pauses a schedule that is not paused. The request has the conflict token of the state that was read, so that it never
   * replaces the note of a person who pauses the schedule at the same moment.
   *
   * @throws {Error} when other clients change the schedule in every try
   */
  async pause(scheduleId: string, note: string): Promise<SchedulePause> {
    const { workflowService } = this.#connection;
    const named = { namespace: this.#namespace, scheduleId };
    try {
      for (let left = MOST_TRIES; ; left--) {
        const { schedule, conflictToken } = await workflowService.describeSchedule(named);
        const { paused, notes } = schedule?.state ?? {};
        if (paused) return notes === note ? { paused: true } : { paused: false, because: 'paused' };
        if (left === 0) throw new Error(`cannot pause schedule "${scheduleId}": other clients keep changing it`);
        const state = { ...schedule?.state, paused: true, notes: note };
        await workflowService
          .updateSchedule({ ...named, schedule: { ...schedule, state }, conflictToken, requestId: crypto.randomUUID() })
          .catch(ignoreConflict);
      }
    } catch (error) {
      if (isGrpcServiceError(error) && error.code === NOT_FOUND) return { paused: false, because: 'deleted' };
      throw error;
    }
  }
}

/** The next try reads the state again. */
function ignoreConflict(error: unknown): void {
  if (!(isGrpcServiceError(error) && error.code === FAILED_PRECONDITION)) throw error;
}
