/** Why a schedule is not changed or run as somebody asked for. */
export type ScheduleRefusal =
  /** Another has its name. */
  | 'exists'
  /** Its task's folder defines it. */
  | 'of-task'
  /** Its task's folder defines it no more, or no task has its task's name. */
  | 'off';

/** What was asked for is not possible with this schedule. */
export class ScheduleRefusedError extends Error {
  override readonly name = 'ScheduleRefusedError';
  readonly refusal: ScheduleRefusal;
  constructor(refusal: ScheduleRefusal, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

/** A backfill over a span that it cannot have. */
export class BackfillSpanError extends Error {
  override readonly name = 'BackfillSpanError';
  /** The end of the span that is to be another. */
  readonly field: 'from' | 'to';
  constructor(field: 'from' | 'to', message: string) {
    super(message);
    this.field = field;
  }
}
