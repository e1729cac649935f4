import assert from 'node:assert/strict';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { appSettings, commonSettings, type SettingKey } from '#config/app-settings.js';
import { listSettings, variableName } from '#config/setting-list.js';
import { imageSample } from '#samples/images.js';
import { childrenOf } from '../helpers/child.js';
import { type Millrace, startMillrace } from '../helpers/millrace.js';
import { waitFor } from '../helpers/wait.js';

const isLinux = process.platform === 'linux';

test('no process has more than it needs: environment, files, role in the database', {
  skip: !isLinux && 'reads /proc',
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-privilege-'));
  chmodSync(folder, 0o755);
  const umask = process.umask(0o022);
  mkdirSync(join(folder, 'data'), { mode: 0o755 });
  const millrace = await startMillrace({ folder, env: { SECRET_OF_SOMEBODY_ELSE: 'x', SETTLE_MS: '200' } });
  process.umask(umask);
  t.after(async () => {
    millrace.signal('SIGTERM');
    await millrace.exited;
    rmSync(folder, { recursive: true, force: true });
  });

  const image = new FormData();
  image.set('file', new Blob([new Uint8Array((await imageSample(0, 1)).bytes)]), 'image.jpg');
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${millrace.url}${path}`, { ...init, headers: { authorization: `Bearer ${millrace.token}` } });
  const uploaded = await ask('/api/files', { method: 'POST', body: image });
  assert.equal(uploaded.status, 201, await uploaded.clone().text());
  const id = await waitFor('the image is loaded', async () => {
    const list: unknown = await (await ask('/api/files?state=loaded')).json();
    return /"id":"(\d+)"/.exec(JSON.stringify(list))?.[1];
  });
  assert.equal((await ask(`/api/images/${id}/thumbnail`)).status, 200);

  await t.test('environment', () => checkEnvironments(millrace));
  await t.test('files below the data folder', () => {
    assert.equal(lstatSync(join(folder, 'data')).mode & 0o707, 0o700);
    assert.deepEqual(openToOthers(join(folder, 'data')), []);
  });
  await t.test('the inbox is as the user’s own mask makes it', () => {
    assert.equal(lstatSync(join(folder, 'inbox')).mode & 0o777, 0o755);
    assert.equal(lstatSync(join(folder, 'inbox', 'image.jpg')).mode & 0o777, 0o644);
  });
  await t.test('role in the database', async () => {
    const pool = new pg.Pool({
      connectionString: readFileSync(join(folder, 'data', 'postgres', 'url'), 'utf8').trim(),
    });
    // The API's idle connections end after a while.
    assert.equal((await ask('/api/runs')).status, 200);
    const { rows } = await pool.query<{ name: string; role: string; superuser: boolean }>(
      `SELECT s.application_name AS name, s.usename AS role, r.rolsuper AS superuser
       FROM pg_stat_activity s JOIN pg_roles r ON r.oid = s.usesysid WHERE s.backend_type = 'client backend'`,
    );
    await pool.end();
    for (const app of ['api', 'watcher', 'worker'])
      assert.ok(
        rows.some(({ name }) => name.includes(app)),
        app,
      );
    assert.deepEqual(
      rows.filter(({ superuser }) => superuser),
      [],
    );
  });
});

/** Each process has the settings of its app and no others; those that decode files have none. */
function checkEnvironments({ pid, state }: Millrace): void {
  const known = new Set([...listSettings().map(({ variable }) => variable), 'SECRET_OF_SOMEBODY_ELSE']);
  const given = (of: number): string[] => environmentOf(of).filter((variable) => known.has(variable));
  const allowed = (keys: readonly SettingKey[]): Set<string> => new Set([...commonSettings, ...keys].map(variableName));
  const decoders: number[] = [];
  for (const { name, pid: child } of state()?.processes ?? []) {
    if (name === 'postgres' || child === null) continue;
    const app = name.startsWith('worker') ? 'worker' : name;
    assert.ok(app === 'api' || app === 'watcher' || app === 'worker', name);
    const more = given(child).filter((variable) => !allowed(appSettings[app]).has(variable));
    assert.deepEqual(more, [], name);
    assert.equal(given(child).includes('API_TOKEN'), app === 'api', name);
    decoders.push(...childrenOf(child));
  }
  assert.ok(given(pid).includes('API_TOKEN'), 'the supervisor’s environment can be read');
  assert.ok(decoders.length >= 2, `a worker and the API have children that decode, got ${decoders.length}`);
  for (const decoder of decoders) assert.deepEqual(given(decoder), []);
}

const environmentOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .map((entry) => entry.slice(0, Math.max(0, entry.indexOf('='))));

/** Paths that group or others can use; the embedded PostgreSQL, which keeps its own, by its outermost folder alone. */
function openToOthers(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stats = lstatSync(path);
    if (name === 'postgres') return lstatSync(realpathSync(path)).mode & 0o007 ? [path] : [];
    if (name.startsWith('postgresql-') || stats.isSymbolicLink()) return [];
    const open = (stats.mode & 0o077) === 0 ? [] : [`${path} ${(stats.mode & 0o777).toString(8)}`];
    return stats.isDirectory() ? [...open, ...openToOthers(path)] : open;
  });
}
