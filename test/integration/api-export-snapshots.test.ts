import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { waitFor } from '../helpers/wait.js';
import { withApi } from './api-fixture.js';
import { seedImage, seedManyImages } from './api-images-fixture.js';
import { bytesOf, checkedOut, countPages, listen, waitUntilStill } from './exports-fixture.js';

const files = ['csv', 'xlsx', 'ndjson', 'parquet'].map((extension) => `/api/images.${extension}`);

test('a client that stops reading holds one connection, and one that leaves ends the export', () =>
  withApi(async (api) => {
    await seedManyImages(api.pool, 100_000);
    const pages = countPages(api);
    const ask = await listen(api);
    for (const path of files) {
      const before = pages();
      const response = await ask(path);
      await new Promise((resolve) => response.once('readable', resolve));
      await waitUntilStill(pages);
      const read = pages() - before;
      assert.ok(read < 50, `${path}: ${read} pages were read for a client that does not read`);
      await waitFor('it holds one connection', async () => checkedOut(api) === 1 || undefined);
      response.destroy();
      await waitFor('the connections are closed', async () => {
        const open = await new Promise((resolve) => api.app.server.getConnections((_error, count) => resolve(count)));
        return (open === 0 && checkedOut(api) === 0) || undefined;
      });
      const { rows } = await api.pool.query(
        "SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()",
      );
      assert.equal(rows.length, 0, 'no transaction is left');
    }
    const atEnd = pages();
    await api.app.close();
    assert.equal(pages(), atEnd);
  }));

test('a client that stalls is cut off by the idle limit, and its transaction ends', () =>
  withApi(
    async (api) => {
      await seedManyImages(api.pool, 100_000);
      const ask = await listen(api);
      const response = await ask('/api/images.csv');
      const failed = new Promise((resolve) => response.once('error', resolve));
      await waitFor('the transaction has ended', async () => checkedOut(api) === 0 || undefined);
      response.resume();
      assert.match(String(await failed), /aborted|ECONNRESET/);
    },
    { limits: { clientIdleMs: 300 } },
  ));

test('an export that takes longer than EXPORT_LIMIT_MS is broken off, however the client reads', () =>
  withApi(
    async (api) => {
      await seedManyImages(api.pool, 100_000);
      const ask = await listen(api);
      const response = await ask('/api/images.csv');
      await waitFor('the transaction has ended', async () => {
        // A little at a time.
        response.read(1_000);
        return checkedOut(api) === 0 || undefined;
      });
      await assert.rejects(finished(response.resume()), { code: 'ECONNRESET' });
    },
    { limits: { exportLimitMs: 300 } },
  ));

test('as many exports as leave connections for others are sent at a time; one more is 503 with Retry-After', () =>
  withApi(async (api) => {
    await seedManyImages(api.pool, 100_000);
    const ask = await listen(api);
    const open: IncomingMessage[] = [];
    for (let n = 0; n < 4; n++) open.push(await ask('/api/images.csv'));
    const refused = await api.ask('/api/datasets/images/rows.parquet');
    assert.equal(refused.status, 503);
    assert.equal(refused.body.code, 'exports-busy');
    assert.equal(refused.headers['retry-after'], '30');
    assert.equal((await api.ask('/api/images?limit=1')).status, 200, 'all else is answered');
    open.pop()?.destroy();
    await waitFor('the next one is sent', async () => {
      const { statusCode } = await api.app.inject('/api/faces.csv');
      return statusCode === 200 || undefined;
    });
    for (const response of open) response.destroy();
    await waitFor('all have ended', async () => checkedOut(api) === 0 || undefined);
  }));

test('rows that come and go while an export is sent are not, and are still, in it', () =>
  withApi(async (api) => {
    await seedManyImages(api.pool, 100_000);
    const pages = countPages(api);
    const ask = await listen(api);
    let before: Uint8Array = new Uint8Array();
    for (const [n, path] of [...files, files[0] ?? ''].entries()) {
      const whole = await bytesOf(await ask(path));
      assert.ok(!whole.equals(before), 'the changes before are in the next export');
      const response = await ask(path);
      await new Promise((resolve) => response.once('readable', resolve));
      await waitUntilStill(pages);
      await api.pool.query('DELETE FROM dwd.image WHERE file_id % 100 = $1', [n]);
      await api.pool.query("UPDATE dwd.image SET filename = 'changed' WHERE file_id % 100 = $1", [50 + n]);
      await seedImage(api.pool, { name: `new ${n}`, day: '2026-11-21' });
      assert.ok(whole.equals(await bytesOf(response)), `${path} has other bytes`);
      if (n === 0) before = whole;
    }
  }));

test('an export that the database fails half-way breaks off, so that nobody takes it for whole', () =>
  withApi(async (api) => {
    await seedManyImages(api.pool, 100_000);
    const ask = await listen(api);
    for (const path of files) {
      const response = await ask(path);
      await new Promise((resolve) => response.once('readable', resolve));
      await api.pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL',
      );
      await assert.rejects(finished(response.resume()), { code: 'ECONNRESET' }, path);
    }
    assert.equal((await api.ask('/api/images?limit=1')).status, 200);
  }));
