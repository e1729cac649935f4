import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { createLogger } from '#process/log.js';
import { createScheduler } from '#schedules/scheduler.js';
import { syncSchedules } from '#schedules/sync.js';
import { openTaskRunner } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { type Answer, withApi } from './api-fixture.js';

const page = readFileSync(new URL('../../../docs/schedules.md', import.meta.url), 'utf8');
const examples = fileURLToPath(new URL('../structure/examples', import.meta.url));

test('the requests of docs/schedules.md are answered, one after the other', () =>
  withApi(async (api) => {
    const answers = new Map<string, Answer>();
    for (const [, method, path = '', body = ''] of page.matchAll(/```http\n(\w+) (\S+)\n(.*?)```/gs)) {
      assert.ok(method === 'GET' || method === 'POST' || method === 'PATCH' || method === 'DELETE');
      const answer = await api.ask(path, { method, ...(body === '' ? {} : { body }) });
      assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      answers.set(`${method} ${path}${body.includes('dryRun') ? ' dry' : ''}`, answer);
    }
    const backfill = 'POST /api/schedules/nightly-star/backfill';
    // By `10 2 * * 1-5` in Shanghai: the working days of January, those of the 1st to the 31st in UTC.
    assert.equal(answers.get(`${backfill} dry`)?.body.fired, answers.get(backfill)?.body.fired);
    assert.equal(answers.get(backfill)?.body.fired, 21);
    assert.equal(answers.get('DELETE /api/schedules/nightly-star')?.status, 204);
    assert.equal(answers.get([...answers.keys()].find((each) => each.includes('/days?')) ?? '')?.body.days.length, 30);
    assert.equal(answers.size, 11);
  }));

test('the schedule that docs/schedules.md defines in a folder fires, and its body sees the slot', () =>
  withTestDatabase(async (database) => {
    const catalogue = await loadCatalogue([examples]);
    const runner = await openTaskRunner(database, { catalogue, tasksDir: [examples], inboxDir: examples });
    try {
      const { pool, deps } = runner;
      const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
      let now = new Date('2026-11-20T12:00Z');
      const clock = () => now;
      await syncSchedules({ pool, catalogue, clock, log });
      now = new Date('2026-11-20T17:10:02Z');
      const scheduler = createScheduler({ pool, carrier: deps.carrier, catalogue, log, clock });
      await scheduler.pass();
      await scheduler.close();
      await runner.start('report-weather', { station: 'by hand' });
      await runner.drain();
      const { rows } = await pool.query('SELECT labels, output FROM ops.run ORDER BY id');
      assert.deepEqual(rows[0], {
        labels: { team: 'weather' },
        output: { station: 'north', before: '2026-11-20T17:10:00.000Z' },
      });
      assert.notEqual(rows[1].output.before, rows[0].output.before);
    } finally {
      await runner.close();
    }
  }));
