import type { Catalogue } from '#catalogue/catalogue.js';
import type { Pool } from '#database/pool.js';
import type { ScheduleFields } from '#database/schedules/schedule-types.js';
import { listSlots, type SlotView } from '#database/schedules/views.js';
import { createLogger } from '#process/log.js';
import { type Carrier, openCarrier } from '#queue/carrier.js';
import { type ChangeDeps, createSchedule } from '#schedules/change.js';
import { createScheduler, type Scheduler } from '#schedules/scheduler.js';
import { withTestDatabase } from '../helpers/database.js';
import { plainTask, stubTask } from '../helpers/stub-worker.js';

/** Schedules over a database of their own, and a clock that the test sets. */
export interface TestSchedules {
  readonly pool: Pool;
  readonly url: string;
  readonly carrier: Carrier;
  readonly deps: ChangeDeps;
  /** Sets the clock. @param time ISO-8601 in UTC, without Z */
  at(time: string): void;
  /** Records a schedule of the task `plain`, every hour on the hour if nothing else is given. */
  create(name: string, fields?: Partial<ScheduleFields>): Promise<void>;
  /** Of another worker, which may know other tasks. */
  scheduler(catalogue?: Catalogue): Scheduler;
  /** Decides what is due at the clock's time. @returns how many slots were decided */
  pass(): Promise<number>;
  /** What became of a schedule's slots, the earliest first. */
  slots(name: string): Promise<SlotView[]>;
  /** The same in short, for example `['01:00 fired', '02:00-04:00 missed 3']`. */
  said(name: string): Promise<string[]>;
  /** Ends all runs that have not ended, or those of one slot. */
  endRuns(slotAt?: string): Promise<void>;
  /** The slots that runs were recorded for, as the runs have them. */
  runSlots(name: string): Promise<string[]>;
}

export const hourly: ScheduleFields = {
  task: plainTask.name,
  input: {},
  cron: '0 * * * *',
  everyMs: null,
  timezone: 'UTC',
  overlap: 'allow',
  catchUp: 'none',
  labels: {},
  priority: null,
};

const testTasks: Catalogue = new Map([plainTask, stubTask].map((task) => [task.name, task]));

/** `2026-11-20T01:00:00.000Z` is `01:00`. */
const timeOf = (slotAt: string): string => slotAt.slice(11).replace(/(:00)?\.000Z$/, '');

/** Runs a test at 2026-11-20T00:30Z. */
export async function withSchedules(work: (test: TestSchedules) => Promise<void>): Promise<void> {
  await withTestDatabase(async ({ pool, url }) => {
    const carrier = openCarrier({ databaseUrl: url }, 'background', () => {});
    const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
    let now = new Date('2026-11-20T00:30Z');
    const deps: ChangeDeps = { pool, catalogue: testTasks, clock: () => now };
    const schedulers: Scheduler[] = [];
    const scheduler = (catalogue = testTasks): Scheduler => {
      const created = createScheduler({ pool, carrier, catalogue, log, clock: () => now });
      schedulers.push(created);
      return created;
    };
    const own = scheduler();
    const slots = async (name: string): Promise<SlotView[]> =>
      ((await listSlots(pool, name, {}, { limit: 20_000 }))?.items ?? []).reverse();
    try {
      await work({
        ...{ pool, url, carrier, deps, scheduler, slots },
        at(time) {
          now = new Date(`${time}Z`);
        },
        create: (name, fields = {}) => createSchedule(deps, name, 'api', { ...hourly, ...fields }),
        pass: () => own.pass(),
        said: async (name) =>
          (await slots(name)).map(({ slotAt, lastSlotAt, slots: count, state, cause }) =>
            state === 'missed'
              ? `${timeOf(slotAt)}-${timeOf(lastSlotAt)} missed ${count}`
              : `${timeOf(slotAt)} ${state}${cause === 'time' ? '' : ` (${cause})`}`,
          ),
        async endRuns(slotAt) {
          await pool.query(
            `UPDATE ops.run SET state = 'succeeded', ended_at = now()
             WHERE ended_at IS NULL AND ($1::timestamptz IS NULL OR slot_at = $1)`,
            [slotAt ?? null],
          );
        },
        async runSlots(name) {
          const { rows } = await pool.query<{ slot_at: Date }>(
            'SELECT slot_at FROM ops.run WHERE schedule = $1 AND slot_at IS NOT NULL ORDER BY slot_at',
            [name],
          );
          return rows.map((row) => timeOf(row.slot_at.toISOString()));
        },
      });
    } finally {
      await Promise.all(schedulers.map((each) => each.close()));
      await carrier.close();
    }
  });
}
