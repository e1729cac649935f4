import { openCalendar } from '#calendar/calendar.js';
import { CalendarError } from '#calendar/calendar-types.js';
import { SetupError } from '#contracts/errors.js';
import { reservedScheduleNames } from '#contracts/schedule.js';
import type { TaskDefinition } from '#contracts/task.js';
import { InvalidInputError, validate } from '#contracts/validate.js';

/**
 * Checks that the schedules of a task have times, and inputs that fit it.
 * @param file of the definition
 * @param catalogue all tasks, for the task's own check
 * @throws SetupError naming file and schedule, with what was expected and what came
 */
export function checkSchedules(
  task: TaskDefinition,
  file: string,
  catalogue: ReadonlyMap<string, TaskDefinition>,
): void {
  for (const schedule of task.schedules ?? []) {
    const where = `${file}: the schedule ${schedule.name}`;
    if (reservedScheduleNames.includes(schedule.name)) {
      throw new SetupError(`${where} has a name that is taken: ${reservedScheduleNames.join(', ')}; choose another`);
    }
    try {
      openCalendar(schedule);
      const input = validate(task.input, schedule.input);
      const [fault] = task.check?.(input, catalogue) ?? [];
      if (fault) throw new SetupError(`${where} cannot be kept: ${fault.path} ${fault.message}`);
    } catch (error) {
      if (error instanceof CalendarError)
        throw new SetupError(`${where} cannot be kept: ${error.field} ${error.message}`);
      if (error instanceof InvalidInputError) throw new SetupError(`${where} cannot be kept: ${error.message}`);
      throw error;
    }
  }
}
