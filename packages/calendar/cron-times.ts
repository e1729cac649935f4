import { type CronExpression, CronExpressionParser } from 'cron-parser';
import { messageOf } from '#contracts/errors.js';
import { type Calendar, CalendarError } from './calendar-types.js';
import { countTimes } from './count-times.js';
import type { Wall, Zone } from './zone.js';

/**
 * The times of a cron expression.
 *
 * The library reads the expression and counts through the days in UTC; what a zone makes of these readings of a clock is
 * decided here, because each library that we tried loses or repeats a time in some zone or other (decision 32). In the
 * night in which clocks are set forward, a time that is left out is due at the moment of the change; in that in which
 * they are set back, a time that comes twice is due the first time. An expression for every hour is about hours that
 * pass: it leaves none out and has each of the two.
 * @throws CalendarError
 */
export function cronTimes(cron: string, zone: Zone): Calendar {
  const expression = parse(cron);
  const walls = wallsOf(expression);
  const isPassingHours = expression.fields.hour.values.length === 24;
  const times = {
    ...(isPassingHours ? timesOfPassingHours(walls, zone) : timesOfDay(walls, zone)),
    count: countTimes({ ...timesWithinDay(expression), next: walls.next, isPassingHours }, zone),
  };
  if (times.next(Date.now()) === undefined) {
    throw new CalendarError('cron', `never comes: no day fits ${JSON.stringify(cron)}`);
  }
  return times;
}

/** Names for a whole expression, such as `@daily`. */
const aliases = /^@[a-z]+$/;
/** The library's sign for a time of its own choice, another each time. */
const chosen = /(?:^|[\s,])h/i;

function parse(cron: string): CronExpression {
  const fields = cron.trim().split(/\s+/);
  if (!aliases.test(cron) && fields.length !== 5 && fields.length !== 6) {
    throw new CalendarError(
      'cron',
      `must have 5 fields (minute, hour, day of the month, month, day of the week), or 6 with seconds before them; got ${JSON.stringify(cron)}`,
    );
  }
  if (chosen.test(cron)) {
    throw new CalendarError('cron', `must not have H, which stands for any time; got ${JSON.stringify(cron)}`);
  }
  try {
    return CronExpressionParser.parse(cron, { tz: 'UTC' });
  } catch (error) {
    throw new CalendarError('cron', `is no cron expression: ${messageOf(error)}; got ${JSON.stringify(cron)}`);
  }
}

/** The clock readings that fit an expression, before and after a given one. */
interface Walls {
  next(after: Wall): Wall | undefined;
  previous(before: Wall): Wall | undefined;
}

/** The hours, minutes and seconds of an expression, in their order. */
function timesWithinDay({ fields: { hour, minute, second } }: CronExpression) {
  const [hours, minutes, seconds] = [hour, minute, second].map(({ values }) => values.map(Number));
  return { hours: hours ?? [], minutes: minutes ?? [], seconds: seconds ?? [] };
}

/** The slots that come, one by one. */
type Times = Pick<Calendar, 'next' | 'previous'>;

function wallsOf(expression: CronExpression): Walls {
  const step = (from: Wall, way: 'next' | 'prev'): Wall | undefined => {
    expression.reset(new Date(from));
    try {
      return expression[way]().getTime();
    } catch {
      // It has looked through all the years that it looks through.
      return undefined;
    }
  };
  return { next: (after) => step(after, 'next'), previous: (before) => step(before, 'prev') };
}

/** Times at fixed hours: each reading of the clock once a day. Their instants are in the order of the readings. */
function timesOfDay(walls: Walls, zone: Zone): Times {
  return {
    next(after) {
      for (let wall = walls.next(after + zone.offset(after)); wall !== undefined; wall = walls.next(wall)) {
        const instant = zone.instantOf(wall);
        if (instant > after) return instant;
      }
      return undefined;
    },
    previous(before) {
      // Where clocks have been set back lately, readings later than the present one have been as well.
      const latest = before + Math.max(zone.offset(before), zone.offset(before - dayMs));
      for (let wall = walls.previous(latest); wall !== undefined; wall = walls.previous(wall)) {
        const instant = zone.instantOf(wall);
        if (instant < before) return instant;
      }
      return undefined;
    },
  };
}

const dayMs = 86_400_000;

/** Times in every hour: each instant at which the clock reads one, from one change of the clocks to the next. */
function timesOfPassingHours(walls: Walls, zone: Zone): Times {
  return {
    next(after) {
      let from = after;
      for (;;) {
        const offset = zone.offset(from);
        const wall = walls.next(from + offset);
        if (wall === undefined) return undefined;
        const instant = wall - offset;
        const change = zone.changeWithin(from, instant);
        if (change === undefined) return instant;
        // The moment of the change is a candidate itself, by the new reading.
        const first = walls.next(change + zone.offset(change) - 1);
        if (first === change + zone.offset(change)) return change;
        from = change;
      }
    },
    previous(before) {
      let until = before;
      for (;;) {
        const offset = zone.offset(until - 1);
        const wall = walls.previous(until + offset);
        if (wall === undefined) return undefined;
        const instant = wall - offset;
        const change = zone.changeWithin(instant, until - 1);
        if (change === undefined) return instant;
        until = change;
      }
    },
  };
}
