import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, waitUntil, withConsole } from './console-fixture.js';

test('workers lead to what they run, queues to Bull Board, and what was done by hand says who did it', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await api.pool.query(
      `INSERT INTO ops.worker (id, host, pid, version, slots, rss, seen_at, stopped_at, beat_ms, gone_ms) VALUES
         ('here', 'one', 17, '0.1.0', '{"loads": 2}', 120000000, now(), NULL, 600000, 3600000),
         ('gone', 'two', 18, '0.1.0', NULL, NULL, now() - interval '1 hour', now() - interval '1 hour', 1000, 5000)`,
    );
    const { body: run } = await api.ask('/api/tasks/count-rows/runs', { method: 'POST', body: { input: {} } });
    await api.pool.query(
      `WITH started AS (UPDATE ops.run SET state = 'running', attempt = 1, started_at = now() WHERE id = $1 RETURNING id)
       INSERT INTO ops.attempt (run_id, number, state, worker_id) SELECT id, 1, 'running', 'here' FROM started`,
      [run.id],
    );
    await api.carrier.queue('exports').pause();
    await api.ask('/api/tasks/export/settings', { method: 'PATCH', body: { paused: true } });

    await open('/workers', 'Workers');
    const row = page.getByRole('row', { name: /one 17.*living.*count-rows.*loads 2.*120 MB/ });
    await row.waitFor();
    assert.equal(await page.getByRole('row', { name: /two 18/ }).count(), 0, 'those that have stopped are not shown');
    await page.getByRole('row', { name: /^exports paused/ }).waitFor();
    const board = page.getByRole('table', { name: 'Queues' }).getByRole('link', { name: 'exports' });
    assert.equal(await board.getAttribute('href'), '/queues/queue/exports');
    await page.getByRole('table', { name: 'What was mended' }).waitFor();
    await assertAccessible(page);
    await page.getByText('Stopped', { exact: true }).click();
    await page.getByRole('row', { name: /two 18/ }).waitFor();
    await page.goBack();
    await row.getByRole('link', { name: 'one 17' }).click();
    await page.getByRole('heading', { level: 1, name: 'Worker one 17' }).waitFor();
    await assertAccessible(page);
    const tried = page.getByRole('table', { name: 'Attempts' });
    await tried.getByRole('row', { name: /count-rows 1 running/ }).waitFor();
    await page.getByText('Failed', { exact: true }).click();
    await page.getByText('None of its attempts has failed').waitFor();
    await page.goBack();
    await tried.getByRole('link', { name: '1', exact: true }).click();
    await page.waitForURL(`**/runs/${run.id}?tab=log&attempt=1`);
    await page.goBack();
    await page.getByRole('table', { name: 'Runs now' }).getByRole('link', { name: 'count-rows' }).click();
    await page.waitForURL(`**/runs/${run.id}`);

    await open('/actions', 'Actions');
    await page.getByRole('row', { name: /somebody on this machine changed task settings task export/ }).waitFor();
    await assertAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page);
    await page.getByLabel('Who').fill('user:ada');
    await page.getByText('No action fits these filters').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('caller'), 'user:ada');
    await page.getByRole('button', { name: /^Take the filter Who/ }).click();
    await page.getByRole('link', { name: 'task export' }).click();
    await page.waitForURL('**/tasks/export');
    await open('/workers/nobody', 'Unknown worker');
  }));

test('a worker that comes while somebody reads the list is announced, and shown on demand', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const begin = (id: string, pid: number) =>
      api.pool.query(
        `INSERT INTO ops.worker (id, host, pid, seen_at, beat_ms, gone_ms) VALUES ($1, 'h', $2, now(), 600000, 3600000)`,
        [id, pid],
      );
    await begin('first', 1);
    await open('/workers', 'Workers');
    await page.getByRole('row', { name: /^h 1 / }).hover();
    await begin('second', 2);
    await page.getByRole('button', { name: 'Show 1 new worker' }).click();
    await page.getByRole('row', { name: /^h 2 / }).waitFor();
  }));

test('a page of a list that cannot be read is asked for again by hand only', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await api.pool.query(
      `INSERT INTO ops.action (caller, address, action, subject, status)
       SELECT 'user:ada', '::1', 'pause', 'queue', 200 FROM generate_series(1, 101)`,
    );
    let asked = 0;
    await page.route('**/api/actions?*cursor=*', (route) => {
      asked += 1;
      return route.fulfill({ status: 500, json: { code: 'internal', detail: 'this page is broken' } });
    });
    await open('/actions', 'Actions');
    await page.getByText('100 shown').scrollIntoViewIfNeeded();
    await page.getByRole('alert').getByText('This page is broken.').waitFor();
    // What asks by itself does so when the page is drawn.
    await page.evaluate(
      'new Promise((done) => { let left = 30; const draw = () => (left-- > 0 ? requestAnimationFrame(draw) : done()); draw(); })',
    );
    assert.equal(asked, 1);
    await page.getByRole('button', { name: 'Show more' }).click();
    await waitUntil(page, "document.querySelector('[role=alert]') !== null");
    assert.equal(asked, 2);
  }));
