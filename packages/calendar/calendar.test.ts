import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleRule } from '#contracts/schedule.js';
import { countSlots, nextSlots, openCalendar, slotsWithin } from './calendar.js';
import { CalendarError } from './calendar-types.js';
import { daysOf } from './days.js';

const berlin = 'Europe/Berlin';
const newYork = 'America/New_York';

/** The slots from one time to another, both ends included, as ISO-8601 texts without seconds. */
function slots(rule: ScheduleRule, from: string, to: string): string[] {
  return [...slotsWithin(openCalendar(rule), Date.parse(`${from}Z`), Date.parse(`${to}Z`))].map((slot) =>
    new Date(slot).toISOString().replace(':00.000Z', ''),
  );
}

test('10 past 1 in Shanghai is 17:10 UTC of the day before', () => {
  assert.deepEqual(slots({ cron: '10 1 * * *', timezone: 'Asia/Shanghai' }, '2026-11-20T00:00', '2026-11-22T00:00'), [
    '2026-11-20T17:10',
    '2026-11-21T17:10',
  ]);
});

test('without a zone a cron expression is in UTC, wherever the process runs', () => {
  assert.deepEqual(slots({ cron: '30 2 * * *' }, '2026-03-29T00:00', '2026-03-30T00:00'), ['2026-03-29T02:30']);
});

test('a time that clocks leave out in spring is due at the moment of the change, once', () => {
  const night = ['2026-03-28T12:00', '2026-03-30T12:00'] as const;
  for (const [cron, expected] of [
    ['30 2 * * *', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['0 2 * * *', ['2026-03-29T01:00', '2026-03-30T00:00']],
    ['0 3 * * *', ['2026-03-29T01:00', '2026-03-30T01:00']],
    ['0 2,3 * * *', ['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T01:00']],
    ['*/20 2 * * *', ['2026-03-29T01:00', '2026-03-30T00:00', '2026-03-30T00:20', '2026-03-30T00:40']],
    ['30 1 * * *', ['2026-03-29T00:30', '2026-03-29T23:30']],
  ] as const) {
    assert.deepEqual(slots({ cron, timezone: berlin }, ...night), expected, cron);
  }
  assert.deepEqual(slots({ cron: '30 2 * * *', timezone: newYork }, '2026-03-07T12:00', '2026-03-09T12:00'), [
    '2026-03-08T07:00',
    '2026-03-09T06:30',
  ]);
  // A zone whose clocks change at midnight, by which whole days are told.
  assert.deepEqual(
    slots({ cron: '0 0 * * *', timezone: 'America/Sao_Paulo' }, '2018-11-03T00:00', '2018-11-05T12:00'),
    ['2018-11-03T03:00', '2018-11-04T03:00', '2018-11-05T02:00'],
  );
});

test('a time that comes twice in autumn is due the first time only', () => {
  const night = ['2026-10-24T12:00', '2026-10-26T12:00'] as const;
  for (const [cron, expected] of [
    ['30 2 * * *', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['0 2 * * *', ['2026-10-25T00:00', '2026-10-26T01:00']],
    ['0 3 * * *', ['2026-10-25T02:00', '2026-10-26T02:00']],
    ['15,45 2 * * *', ['2026-10-25T00:15', '2026-10-25T00:45', '2026-10-26T01:15', '2026-10-26T01:45']],
    [
      '30 1-3 * * *',
      [
        '2026-10-24T23:30',
        '2026-10-25T00:30',
        '2026-10-25T02:30',
        '2026-10-26T00:30',
        '2026-10-26T01:30',
        '2026-10-26T02:30',
      ],
    ],
  ] as const) {
    assert.deepEqual(slots({ cron, timezone: berlin }, ...night), expected, cron);
  }
  assert.deepEqual(slots({ cron: '30 1 * * *', timezone: newYork }, '2026-10-31T12:00', '2026-11-02T12:00'), [
    '2026-11-01T05:30',
    '2026-11-02T06:30',
  ]);
});

test('what is due in every hour is due in each hour that passes, in both nights', () => {
  const hours = ['00', '01', '02', '03'].map((hour) => [`T${hour}:00`, `T${hour}:30`]);
  for (const [timezone, days] of [
    [berlin, ['2026-03-29', '2026-10-25']],
    [newYork, ['2026-03-08', '2026-11-01']],
  ] as const) {
    for (const day of days) {
      const span = [`${day}T00:00`, `${day}T03:59`] as const;
      const expected = hours.flatMap(([full, half]) => [`${day}${full}`, `${day}${half}`]);
      assert.deepEqual(slots({ cron: '*/30 * * * *', timezone }, ...span), expected);
      const halves = expected.filter((_slot, index) => index % 2 === 1);
      assert.deepEqual(slots({ cron: '30 0-23 * * *', timezone }, ...span), halves);
    }
  }
});

test('the slot before a slot is the one whose next it is, through a year of every zone’s changes', () => {
  const from = Date.parse('2026-01-01T00:00Z');
  const to = Date.parse('2027-01-01T00:00Z');
  for (const timezone of ['UTC', berlin, newYork, 'Asia/Shanghai', 'Australia/Lord_Howe', 'Africa/Casablanca']) {
    for (const cron of ['30 2 * * *', '0 */2 * 3,10,11 0', '45 1-3 * * 0', '7 * 29 3 *', '30 * 25 10 *']) {
      const calendar = openCalendar({ cron, timezone });
      const found = [...slotsWithin(calendar, from, to)];
      const back: number[] = [];
      let slot = calendar.previous(to + 1);
      for (; slot !== undefined && slot >= from; slot = calendar.previous(slot)) back.unshift(slot);
      assert.deepEqual(back, found, `${cron} ${timezone}`);
    }
  }
});

test('an interval does not drift: its slots are the multiples of it', () => {
  const everyMs = 90 * 60_000;
  assert.deepEqual(slots({ everyMs }, '2026-11-20T00:00', '2026-11-20T05:00'), [
    '2026-11-20T00:00',
    '2026-11-20T01:30',
    '2026-11-20T03:00',
    '2026-11-20T04:30',
  ]);
  const calendar = openCalendar({ everyMs: 7_001 });
  for (const slot of nextSlots(calendar, Date.parse('2026-11-20T00:00Z') + 3, 100)) {
    assert.equal(slot % 7_001, 0);
    assert.equal(calendar.previous(slot + 1), slot);
    assert.equal(calendar.next(slot - 1), slot);
  }
});

test('slots are counted up to a bound', () => {
  const calendar = openCalendar({ cron: '* * * * *' });
  assert.equal(countSlots(calendar, 60_000, 600_000, 10), 10);
  assert.equal(countSlots(calendar, 60_000, 600_000, 9), undefined);
});

test('six fields have seconds, and names of times are known', () => {
  assert.equal(nextSlots(openCalendar({ cron: '*/15 * * * * *' }), 0, 3).at(-1), 45_000);
  assert.equal(nextSlots(openCalendar({ cron: '@daily', timezone: 'Asia/Tokyo' }), 0, 1)[0], 15 * 3_600_000);
  assert.equal(nextSlots(openCalendar({ cron: '0 0 29 2 *' }), Date.parse('2026-03-01Z'), 1)[0], Date.UTC(2028, 1, 29));
});

test('a rule that gives no times is refused with the reason', () => {
  for (const [rule, field, message] of [
    [{ cron: '61 * * * *' }, 'cron', /61 expected range 0-59/],
    [{ cron: '* *' }, 'cron', /must have 5 fields .+ got "\* \*"/],
    [{ cron: '' }, 'cron', /must have 5 fields/],
    [{ cron: 'every day at noon, please' }, 'cron', /is no cron expression/],
    [{ cron: 'H 3 * * *' }, 'cron', /must not have H/],
    [{ cron: '0 0 31 2 *' }, 'cron', /is no cron expression|never comes/],
    [{ cron: '0 0 31 4,6 *' }, 'cron', /never comes/],
    [{ cron: '0 0 * * *', timezone: 'Mars/Olympus' }, 'timezone', /IANA time zone.+Mars/],
    [{ cron: '0 0 * * *', timezone: '' }, 'timezone', /IANA time zone/],
    [{ cron: '0 0 * * *', everyMs: 5_000 }, 'everyMs', /one of them/],
    [{ everyMs: 999 }, 'everyMs', /from 1000 to/],
    [{ everyMs: 1500.5 }, 'everyMs', /whole number/],
    [{}, 'cron', /must be given, or everyMs/],
  ] as const) {
    assert.throws(
      () => openCalendar(rule),
      (error) => error instanceof CalendarError && error.field === field && message.test(error.message),
      JSON.stringify(rule),
    );
  }
});

test('slots are counted as they come one by one, also where clocks change', () => {
  const zones = {
    UTC: ['2026-12-31'],
    [berlin]: ['2026-03-28', '2026-03-29', '2026-10-25', '2028-02-29'],
    [newYork]: ['2026-03-08', '2026-11-01'],
    'America/Sao_Paulo': ['2018-11-04'],
    'Australia/Lord_Howe': ['2026-04-04', '2026-10-03'],
  };
  const crons = ['*/20 * * * *', '30 2 * * *', '0 0,2,3 * * *', '15,45 0-3 * * 0', '*/30 1 1,28,29 * 1'];
  const hourMs = 3_600_000;
  let counted = 0;
  for (const [timezone, days] of Object.entries(zones)) {
    for (const rule of [...crons.map((cron) => ({ cron, timezone })), { everyMs: 5_400_000 }]) {
      const calendar = openCalendar(rule);
      for (const midnight of days.map((day) => Date.parse(`${day}T00:00Z`))) {
        const all = [...slotsWithin(calendar, midnight - 12 * hourMs, midnight + 42 * hourMs)];
        for (const hours of [-11, -3, 0, 0.51, 1, 1.3, 2, 4, 15.5]) {
          const from = midnight + hours * hourMs;
          for (const length of [1, 0.5 * hourMs, 2 * hourMs, 25 * hourMs]) {
            const expected = all.filter((slot) => slot >= from && slot < from + length).length;
            const where = `${JSON.stringify(rule)} from ${new Date(from).toISOString()} for ${length} ms`;
            assert.equal(calendar.count(from, from + length - 1), expected, where);
            counted += expected;
          }
        }
      }
    }
  }
  assert.ok(counted > 5_000);
});

test('a day of a zone is as long as its clocks say', () => {
  const lengths = (zone: string, first: string, last: string) =>
    daysOf(zone, first, last).map(({ day, from, to }) => `${day} ${(to + 1 - from) / 3_600_000}`);
  assert.deepEqual(lengths(berlin, '2026-03-28', '2026-03-30'), ['2026-03-28 24', '2026-03-29 23', '2026-03-30 24']);
  assert.deepEqual(lengths(berlin, '2026-10-25', '2026-10-25'), ['2026-10-25 25']);
  assert.deepEqual(lengths('Pacific/Apia', '2011-12-29', '2011-12-31'), ['2011-12-29 24', '2011-12-31 24']);
  assert.throws(() => daysOf('Mars', '2026-03-28', '2026-03-28'), CalendarError);
});
