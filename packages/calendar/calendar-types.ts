/** The slots of a rule. Instants are milliseconds since 1970-01-01T00:00Z. */
export interface Calendar {
  /** The first slot after an instant; undefined when there is none. */
  next(after: number): number | undefined;
  /** The last slot before an instant; undefined when there is none. */
  previous(before: number): number | undefined;
  /** How many slots a span of at most a few days has, both ends included, without going through them. */
  count(from: number, to: number): number;
}

/** A rule that gives no times. The message goes on where the field's name ends. */
export class CalendarError extends Error {
  override readonly name = 'CalendarError';
  readonly field: 'cron' | 'everyMs' | 'timezone';
  constructor(field: CalendarError['field'], message: string) {
    super(message);
    this.field = field;
  }
}
