import assert from 'node:assert/strict';
import { test } from 'node:test';
import { v7 as uuidv7 } from 'uuid';
import type { RunState } from '#contracts/states.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { rollUp } from '../changes/roll-up.js';
import type { RunTrigger } from '../generated/enums.js';
import { countRuns, type RunGroup } from './run-counts.js';
import type { RunFilter } from './run-filter.js';
import { listRunIds } from './run-ids.js';
import type { RunSort } from './run-pages.js';
import { listRuns, type RunPosition } from './runs.js';

interface Row {
  readonly id: string;
  readonly task: string;
  readonly state: RunState;
  readonly trigger: RunTrigger;
  readonly createdAt: string;
  readonly tookMs: number | null;
  readonly team: string | null;
}

/** A number from 0 to 1 that follows another. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const start = Date.parse('2026-03-01T00:00:00Z');
const hour = 3_600_000;

/** Runs of some days; ids are from clocks that are up to an hour wrong, and of one process half a year. */
function makeRows(count: number): Row[] {
  const random = numbers(7);
  const any = (): number => random.next().value;
  return Array.from({ length: count }, (_none, n) => {
    const at = start + Math.floor((n / count) * 200 * hour);
    const wrong = any() < 0.01 ? -4_000 * hour : any() < 0.2 ? (any() - 0.5) * 2 * hour : 5;
    const state = any() < 0.02 ? 'failed' : any() < 0.01 ? 'queued' : 'succeeded';
    return {
      id: uuidv7({ msecs: Math.round(at - wrong), seq: n }),
      task: any() < 0.6 ? 'often' : any() < 0.9 ? 'sometimes' : 'rare',
      state,
      trigger: any() < 0.005 ? 'replay' : 'api',
      createdAt: new Date(at).toISOString(),
      tookMs: state === 'queued' ? null : Math.floor(any() * 50),
      team: any() < 0.01 ? 'fleet' : null,
    };
  });
}

const fits = (filter: RunFilter) => (row: Row) =>
  (filter.task === undefined || row.task === filter.task) &&
  (filter.states === undefined || filter.states.includes(row.state)) &&
  (filter.triggers === undefined || filter.triggers.includes(row.trigger)) &&
  (filter.from === undefined || row.createdAt >= new Date(filter.from).toISOString()) &&
  (filter.to === undefined || row.createdAt <= new Date(filter.to).toISOString()) &&
  (filter.labels === undefined || row.team === filter.labels['team']) &&
  (filter.minDurationMs === undefined || (row.tookMs !== null && row.tookMs >= filter.minDurationMs)) &&
  (filter.text === undefined || row.id === filter.text);

const times: Partial<RunFilter>[] = [
  {},
  { from: '2026-03-02T00:00:00.000000Z' },
  { to: '2026-03-03T07:30:00.000000Z' },
  { from: '2026-03-02T01:17:00.000000Z', to: '2026-03-02T01:44:00.000000Z' },
  { from: '2026-03-01T13:00:00.000000Z', to: '2026-03-06T02:30:10.123000Z' },
  { from: '2026-03-02T01:17:00.000000Z', to: '2026-03-02T02:44:00.000000Z' },
  { from: '2027-01-01T00:00:00.000000Z' },
];
const others: Partial<RunFilter>[] = [
  {},
  { task: 'often' },
  { task: 'rare', states: ['failed'] },
  { states: ['failed', 'queued'] },
  { triggers: ['replay'] },
  { task: 'sometimes', triggers: ['replay', 'schedule'], states: ['succeeded'] },
  { labels: { team: 'fleet' } },
  { minDurationMs: 48 },
  { task: 'none', states: ['failed'] },
];

test('lists and counts are what a look at each run says, whatever clocks said and however much is added up', () =>
  withTestDatabase(async ({ pool }) => {
    const rows = makeRows(3_000);
    const store = async (some: readonly Row[]): Promise<void> => {
      await pool.query(
        `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts, created_at, labels, started_at, ended_at)
         SELECT id, id, task, 'q', state::ops.run_state, trigger::ops.run_trigger, jsonb_build_object('id', id), 1, at,
           CASE WHEN team IS NULL THEN '{}' ELSE jsonb_build_object('team', team) END,
           CASE WHEN took IS NOT NULL THEN at END, at + took * interval '1 ms'
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::text[]) AS r (id, task, state, trigger, at, took, team)`,
        [
          some.map(({ id }) => id),
          some.map(({ task }) => task),
          some.map(({ state }) => state),
          some.map(({ trigger }) => trigger),
          some.map(({ createdAt }) => createdAt),
          some.map(({ tookMs }) => tookMs),
          some.map(({ team }) => team),
        ],
      );
    };
    const list = async (filter: RunFilter, sort: RunSort, limit: number): Promise<string[]> => {
      const ids: string[] = [];
      let after: RunPosition | undefined;
      do {
        const page = await listRuns(pool, filter, { sort, limit, after });
        ids.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after && ids.length < 60);
      return ids;
    };
    // Each combination once, in one of three rounds.
    const assertAll = async (known: readonly Row[], round: number): Promise<void> => {
      const sorted = [...known].sort((a, b) => (a.id < b.id ? -1 : 1));
      const filters = times.flatMap((time) => others.map((other): RunFilter => ({ ...time, ...other })));
      for (const filter of filters.filter((_each, n) => n % 3 === round)) {
        const found = sorted.filter(fits(filter)).map(({ id }) => id);
        const what = JSON.stringify(filter);
        assert.deepEqual((await list(filter, '-createdAt', 15)).slice(0, 45), [...found].reverse().slice(0, 45), what);
        assert.deepEqual((await list(filter, 'createdAt', 40)).slice(0, 45), found.slice(0, 45), what);
        assert.equal((await countRuns(pool, filter)).count, found.length, what);
      }
      const groups: [RunGroup, (row: Row) => string | null][] = [
        ['task', (row) => row.task],
        ['state', (row) => row.state],
        ['trigger', (row) => row.trigger],
        [{ label: 'team' }, (row) => row.team],
      ];
      for (const [group, read] of groups) {
        for (const time of times) {
          const expected = new Map<string | null, number>();
          for (const row of known.filter(fits(time))) expected.set(read(row), (expected.get(read(row)) ?? 0) + 1);
          const counted = await countRuns(pool, time, group);
          assert.deepEqual(
            new Map(counted.groups.map(({ value, count }) => [value, count])),
            expected,
            JSON.stringify(time),
          );
        }
      }
      const longest = [...known].sort((a, b) => (b.tookMs ?? -1) - (a.tookMs ?? -1) || (a.id < b.id ? 1 : -1));
      assert.deepEqual((await list({}, '-durationMs', 20)).slice(0, 40), longest.map(({ id }) => id).slice(0, 40));
    };
    await store(rows.slice(0, 2_000));
    await assertAll(rows.slice(0, 2_000), 0);
    await rollUp(pool);
    await store(rows.slice(2_000));
    await assertAll(rows, 1);
    const gone = rows.filter(({ task }) => task === 'rare').slice(5);
    await pool.query('DELETE FROM ops.run WHERE id = ANY ($1)', [gone.map(({ id }) => id)]);
    await rollUp(pool);
    const kept = rows.filter((row) => !gone.includes(row));
    await assertAll(kept, 2);
    const one = kept[1_234]?.id ?? assert.fail();
    assert.deepEqual(await list({ text: one }, '-createdAt', 3), [one], 'a text that is in one run');
    const failed = kept
      .filter(({ state }) => state === 'failed')
      .map(({ id }) => id)
      .sort();
    const page = await listRunIds(pool, {}, ['failed', 'cancelled'], { after: undefined, limit: 10 });
    assert.deepEqual(page, { ids: failed.slice(0, 10), next: failed[9] });
  }));
