import type { Run } from '../../suite/run/run.js';
import type { SchedulePause } from '../../suite/run/schedule-pause.js';
import type { ActivityContext } from '../context/context.js';

export function pauseScheduleActivities({ schedules }: Pick<ActivityContext, 'schedules'>) {
  return {
    /**
     * Pauses the schedule that started a run. Changes nothing when the schedule is paused already or was deleted.
     *
     * @returns whether this run paused the schedule, and otherwise why not
     */
    async pauseSchedule(input: { run: Run; scheduleId: string; note: string }): Promise<SchedulePause> {
      return schedules.pause(input.scheduleId, input.note);
    },
  };
}
