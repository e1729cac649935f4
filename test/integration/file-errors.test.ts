import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileFaultError } from '#contracts/errors.js';
import { runAttempt } from '#runs/attempt.js';
import { startRun } from '#runs/start-run.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { count, listFiles, listRuns } from '../helpers/ledger.js';
import { plainTask } from '../helpers/stub-worker.js';
import { openTaskRunner, type TaskRunner, withTaskRunner } from '../helpers/task-runner.js';
import { minute, runNow, statesOf, withFixture } from './copy-fixture.js';

const source = 'vehicle-status';
const task = 'load-vehicle-status';
const second = 1_700_000_000;

const events = (vehicle: string, events = 1): string =>
  `{"vehicle_id":"${vehicle}","report_time":"2022-05-05T22:02:34.546Z","status":"driving"}\n`.repeat(events);
/** A small file is read at once, a large one bit by bit. */
const sizes = { small: 1, large: 10_000 };

async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-outside-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * What can take a settled file's target; `target` is its path, `outside` a folder with the same file, its size and
 * mtime.
 */
const replacements: Readonly<Record<string, (target: string, outside: string, t: TestContext) => Promise<unknown>>> = {
  'a symbolic link to the same file outside the inbox': async (target, outside) => {
    await rm(target);
    await symlink(join(outside, 'vehicle_status.json'), target);
  },
  'a symbolic link to itself': async (target) => {
    await rm(target);
    await symlink(target, target);
  },
  'its folder replaced by a symbolic link to one outside the inbox': async (target, outside) => {
    await rm(join(target, '..'), { recursive: true });
    await symlink(outside, join(target, '..'));
  },
  'its folder replaced by a file': async (target) => {
    await rm(join(target, '..'), { recursive: true });
    await writeFile(join(target, '..'), 'a file');
  },
  'a folder': async (target) => {
    await rm(target);
    await mkdir(target);
  },
  'a pipe without a writer': async (target) => {
    await rm(target);
    execFileSync('mkfifo', [target]);
  },
  'a socket': async (target, _outside, t) => {
    await rm(target);
    const server = createServer().listen(target);
    t.after(() => server.close());
    await once(server, 'listening');
  },
  nothing: (target) => rm(target),
};

for (const [size, number] of Object.entries(sizes)) {
  test(
    `${size} settled files in whose place is something else go back to arriving, and their neighbour loads at once`,
    {
      timeout: 60_000,
    },
    (t) =>
      withTaskRunner({ star: false }, async ({ deps, enter, drop, run, pool }) => {
        const { inboxDir } = deps.services;
        const outside = await temporaryFolder(t);
        const ids: string[] = [];
        for (const [nth, what] of Object.keys(replacements).entries()) {
          const bytes = events(what, number);
          for (const folder of [inboxDir, outside]) {
            const target = join(folder, `${nth}`, 'vehicle_status.json');
            await mkdir(join(target, '..'));
            await writeFile(target, bytes);
            await utimes(target, second, second);
          }
          ids.push(await enter(source, `${nth}/vehicle_status.json`, createHash('sha256').update(bytes).digest('hex')));
        }
        for (const [nth, replace] of Object.values(replacements).entries()) {
          await replace(join(inboxDir, `${nth}`, 'vehicle_status.json'), join(outside, `${nth}`), t);
        }
        const good = await drop(source, 'good/vehicle_status.json', Buffer.from(events('good')));

        const ended = await run(task, { files: [...ids, good] });
        assert.deepEqual([ended.state, ended.attempts], ['succeeded', ['succeeded']]);
        assert.deepEqual([ended.output?.['loaded'], ended.output?.['changed']], [1, ids.length]);
        assert.equal(await count(pool, `SELECT count(*) FROM fleet.vehicle_status WHERE vehicle_id <> 'good'`), 0);
        for (const { path, state, reason } of (await listFiles(pool)).slice(0, -1)) {
          assert.deepEqual([path, state], [path, 'arriving']);
          assert.ok(reason?.startsWith(`${path} `) && !reason.includes(inboxDir), reason ?? '');
        }
      }),
  );
}

test('an inbox that is a symbolic link, and lies below one, is read', async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, 'real/inbox/folder'), { recursive: true });
  await symlink('real', join(dir, 'linked'));
  await symlink('inbox', join(dir, 'real/link'));
  await withTestDatabase(async (database) => {
    const runner: TaskRunner & { close(): Promise<void> } = await openTaskRunner(database, join(dir, 'linked/link'), {
      star: false,
    });
    try {
      const files = await Promise.all(
        Object.entries(sizes).map(([size, number]) =>
          runner.drop(source, `folder/vehicle_status_${size}.json`, Buffer.from(events(size, number))),
        ),
      );
      const ended = await runner.run(task, { files });
      assert.equal(ended.output?.['loaded'], 2);
      // It may be pointed elsewhere while the worker runs.
      await rename(join(dir, 'real/inbox'), join(dir, 'real/moved'));
      await rm(join(dir, 'real/link'));
      await symlink('moved', join(dir, 'real/link'));
      const last = await runner.drop(source, 'folder/vehicle_status.json', Buffer.from(events('last')));
      assert.equal((await runner.run(task, { files: [last] })).output?.['loaded'], 1);
    } finally {
      await runner.close();
    }
  });
});

test('a file that a disk cannot give is tried again alone, and ends in quarantine; its neighbours load at once', () => {
  let [opened, broken] = [0, 0];
  const onOpen = (): Promise<void> => {
    opened += 1;
    // The first file of the first run, and later the only one.
    if (opened !== 1 && opened < 4) return Promise.resolve();
    broken += 1;
    return Promise.reject(new FileFaultError('a could not be read: EIO: i/o error'));
  };
  return withFixture({ onOpen }, async (fixture) => {
    const { drop, load, dispatch, worker, pool } = fixture;
    for (const [nth, name] of ['a', 'b', 'c'].entries()) await drop(name, [minute(nth)]);
    await load();
    assert.deepEqual(await statesOf(fixture), ['a settled', 'b loaded 1', 'c loaded 1']);
    const [first] = await listRuns(pool);
    assert.deepEqual([first?.state, first?.attempts, first?.output?.['released']], ['succeeded', ['succeeded'], 1]);
    const again = await dispatch();
    await runNow(worker, fixture, again);
    const [file] = await listFiles(pool);
    assert.deepEqual([file?.state, file?.reason], ['quarantined', 'a could not be read: EIO: i/o error']);
    assert.equal(broken, 2);
  });
});

test('no record of a failed run names a path of the server', () =>
  withFixture({ onOpen: () => readFile(join(tmpdir(), 'no-such-folder', 'x')).then(() => {}) }, async (fixture) => {
    const { drop, load, pool, dir, worker } = fixture;
    await drop('a', [minute(1)]);
    const inInbox = join(dir, 'below', 'x');
    const failing = { ...worker.deps, loadBody: () => Promise.resolve(() => readFile(inInbox)) };
    await load();
    const runId = (await listRuns(pool))[0]?.id ?? '';
    assert.ok(runId !== '');
    const second = await worker.begin(await startPlain(fixture));
    await runAttempt(failing, begun(second));
    const { rows } = await pool.query<{ text: string }>(
      `SELECT concat_ws(' ', r.error::text, (SELECT string_agg(a.error::text, ' ') FROM ops.attempt a WHERE a.run_id = r.id),
         (SELECT string_agg(l.message || ' ' || COALESCE(l.fields::text, ''), ' ') FROM ops.log l WHERE l.run_id = r.id)) AS text
       FROM ops.run r UNION ALL SELECT reason FROM ops.file`,
    );
    for (const { text } of rows) {
      if (text === null) continue;
      for (const root of [dir, tmpdir(), process.cwd()]) assert.ok(!text.includes(`${root}/`), text);
    }
    assert.match(rows.map(({ text }) => text).join(), /ENOENT.*below\/x/);
  }));

async function startPlain({ pool }: { pool: TaskRunner['pool'] }): Promise<string> {
  return (await startRun({ pool, catalogue: new Map() }, plainTask, { input: {}, trigger: 'api' })).id;
}
