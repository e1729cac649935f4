import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TaskDefinition } from '#contracts/task.js';
import { type Carrier, openCarrier } from '#queue/carrier.js';
import { addJobs, countOpenJobs } from '#queue/jobs.js';
import { startRun } from '#runs/start-run.js';
import { lockTable, type TableLock } from '../helpers/block.js';
import { count, listRuns, type SeenRun } from '../helpers/ledger.js';
import { type CarrierKind, carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';
import { definition as committing } from './group-tasks/group-commit/definition.js';
import { definition as plain } from './group-tasks/group-plain/definition.js';

/** Runs of a group. */
const size = 8;
const tasksDir = fileURLToPath(new URL('group-tasks', import.meta.url));

/** Tables that are read at some point of an attempt: to lock one holds all who come there. */
type Gate = 'begins' | 'bodies' | 'ends';

/** A platform whose workers have the tasks of these tests. */
interface Groups extends Platform {
  /** To look at the jobs with. */
  readonly carrier: Carrier;
  close(gate: Gate): Promise<TableLock>;
  /** Records runs and adds their jobs. */
  add(task: TaskDefinition, runs: number): Promise<void>;
}

/**
 * The gates `begins` and `ends` are in the middle of the statement: the runs' rows are locked there, and the first row of
 * an attempt is about to be written.
 */
const makeTables = `CREATE SCHEMA group_test;
  CREATE TABLE group_test.begins (); CREATE TABLE group_test.bodies (); CREATE TABLE group_test.ends ();
  CREATE TABLE group_test.row (n integer NOT NULL, run_id uuid NOT NULL);
  CREATE FUNCTION group_test.pass_begins() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM FROM group_test.begins; RETURN NEW; END';
  CREATE FUNCTION group_test.pass_ends() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM FROM group_test.ends; RETURN NEW; END';
  CREATE TRIGGER begins BEFORE INSERT ON ops.attempt FOR EACH ROW EXECUTE FUNCTION group_test.pass_begins();
  CREATE TRIGGER ends BEFORE UPDATE ON ops.attempt FOR EACH ROW EXECUTE FUNCTION group_test.pass_ends()`;

/** Runs a test with one worker, a second one that it may start, and looks at what holds for all. */
const withGroups = (t: TestContext, kind: CarrierKind, work: (groups: Groups) => Promise<void>): Promise<void> =>
  withPlatform(t, kind, { workers: 2, env: { TASKS_DIR: tasksDir } }, async (platform) => {
    const { pool, databaseUrl, redisUrl } = platform;
    await pool.query(makeTables);
    await platform.start('worker-1');
    const carrier = openCarrier({ databaseUrl, redisUrl }, 'background', () => {});
    const add = async (task: TaskDefinition, runs: number): Promise<void> => {
      const open = Array.from({ length: runs }, async (_, n) => {
        const run = await startRun({ pool, catalogue: new Map() }, task, { input: { n }, trigger: 'api' });
        return run.open ? [run.open] : [];
      });
      await addJobs(carrier, (await Promise.all(open)).flat());
    };
    try {
      await work({ ...platform, carrier, add, close: (gate) => lockTable(databaseUrl, `group_test.${gate}`) });
      await assertTruth(pool);
    } finally {
      await carrier.close();
    }
  });

const statements = { begins: 'WITH asked AS %', ends: 'WITH ending AS %' } as const;

/** Sessions that are held at a gate in the middle of a statement. */
async function listHeld({ pool }: Groups, gate: 'begins' | 'ends'): Promise<{ pid: number; inGroup: boolean }[]> {
  const { rows } = await pool.query<{ pid: number; inGroup: boolean }>(
    `SELECT a.pid, application_name LIKE 'millrace worker %' AS "inGroup" FROM pg_stat_activity a
     JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted AND l.relation = $1::regclass
     WHERE query LIKE $2 AND datname = current_database()`,
    [`group_test.${gate}`, statements[gate]],
  );
  return rows;
}

/** Waits until a group's statement is held at a gate, in a session other than that known. @returns the session */
async function waitForGroup(groups: Groups, gate: 'begins' | 'ends', known?: number): Promise<number> {
  return await waitFor(`a group is held at ${gate}`, async () => {
    const found = (await listHeld(groups, gate)).filter(({ pid, inGroup }) => inGroup && pid !== known);
    assert.ok(found.length <= 1, 'one statement at a time');
    return found[0]?.pid;
  });
}

async function waitUntilGone({ pool }: Groups, sessions: readonly number[]): Promise<void> {
  const rest = 'SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1)';
  await waitFor('the sessions have ended', async () => (await count(pool, rest, [sessions])) === 0 || undefined);
}

/** Waits until all runs have ended and no job is left. */
async function waitUntilOver({ pool, carrier }: Groups): Promise<SeenRun[]> {
  const open = 'SELECT count(*) FROM ops.run WHERE ended_at IS NULL';
  await waitFor('all runs have ended', async () => (await count(pool, open)) === 0 || undefined);
  await waitFor('no job is left', async () => (await countOpenJobs(carrier, plain.queue)) === 0 || undefined);
  return await listRuns(pool);
}

/**
 * Has the worker begin a run, and meanwhile `size` others, in a group of their own.
 * @returns the group's session, which is held, what holds it, and the run that has begun alone
 */
async function beginGroup(groups: Groups): Promise<{ session: number; gate: TableLock; first: string | undefined }> {
  const { pool, add, close } = groups;
  const before = await close('begins');
  await add(plain, 1 + size);
  const asked = 'SELECT cardinality(active) FROM ops.worker';
  await waitFor('all have asked to begin', async () => (await count(pool, asked)) === 1 + size || undefined);
  await waitForGroup(groups, 'begins');
  assert.equal(await count(pool, `SELECT count(*) FROM ops.run WHERE state <> 'queued'`), 0);
  // Locks are given in the order in which they were asked for: this one after the first run's, before the group's.
  const after = close('begins');
  await waitFor('the gate is to be closed once more', async () => {
    const waiting = `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'group_test.begins'::regclass`;
    return (await count(pool, waiting)) === 2 || undefined;
  });
  await before.release();
  const gate = await after;
  const session = await waitForGroup(groups, 'begins');
  const { rows: begun } = await pool.query<{ run: string }>('SELECT run_id AS run FROM ops.attempt');
  assert.equal(begun.length, 1);
  return { session, gate, first: begun[0]?.run };
}

/** How many runs of a task there are in each state, fewest first, and which attempt is their latest. */
async function statesOf({ pool }: Groups, task: TaskDefinition): Promise<unknown[]> {
  const { rows } = await pool.query(
    `SELECT state, attempt, count(*)::int AS runs FROM ops.run WHERE task = $1 GROUP BY 1, 2 ORDER BY 3`,
    [task.name],
  );
  return rows;
}

/** The most runs whose rows were written last by one transaction. */
const largestGroup = ({ pool }: Groups): Promise<number> =>
  count(pool, 'SELECT max(runs) FROM (SELECT count(*) AS runs FROM ops.run GROUP BY xmin::text) written');

/** Runs have succeeded with the last of these attempts; all before it were lost. */
function assertAttempts(runs: readonly SeenRun[], attempts: readonly string[]): void {
  for (const run of runs) {
    assert.deepEqual(
      [run.state, run.attempts, run.losses, run.failures],
      ['succeeded', attempts, attempts.length - 1, 0],
      run.id,
    );
  }
}

for (const kind of carriers) {
  test(`a worker killed while a group begins leaves all of it begun, and the next one takes it over (${kind})`, (t) =>
    withGroups(t, kind, async (groups) => {
      const { session, gate, first } = await beginGroup(groups);
      await groups.end('worker-1', 'SIGKILL');
      await gate.release();
      await waitUntilGone(groups, [session]);
      // The server has gone on without the one who asked.
      assert.equal(await largestGroup(groups), size);
      assert.equal(await count(groups.pool, 'SELECT count(*) FROM ops.attempt'), 1 + size);
      await groups.start('worker-2');
      const runs = await waitUntilOver(groups);
      const ofGroup = runs.filter(({ id }) => id !== first);
      assert.equal(ofGroup.length, size);
      assertAttempts(ofGroup, ['lost', 'succeeded']);
    }));

  test(`a worker killed while a group ends leaves what the server commits; what it was to commit itself is done again (${kind})`, (t) =>
    withGroups(t, kind, async (groups) => {
      const { pool, add, close } = groups;
      const bodies = await close('bodies');
      await add(plain, size);
      await add(committing, 3);
      const begun = `SELECT count(*) FROM ops.attempt WHERE state = 'running'`;
      await waitFor('all have begun', async () => (await count(pool, begun)) === size + 3 || undefined);
      const gate = await close('ends');
      await bodies.release();
      const session = await waitForGroup(groups, 'ends');
      const held = await waitFor('all others are about to commit', async () => {
        const sessions = await listHeld(groups, 'ends');
        return sessions.length === 1 + 3 ? sessions : undefined;
      });
      assert.deepEqual(
        held.filter(({ inGroup }) => inGroup).map(({ pid }) => pid),
        [session],
      );
      await groups.end('worker-1', 'SIGKILL');
      await gate.release();
      await waitUntilGone(
        groups,
        held.map(({ pid }) => pid),
      );
      assert.deepEqual(await statesOf(groups, plain), [{ state: 'succeeded', attempt: 1, runs: size }]);
      assert.equal(await largestGroup(groups), size);
      assert.deepEqual(await statesOf(groups, committing), [{ state: 'running', attempt: 1, runs: 3 }]);
      assert.equal(await count(pool, 'SELECT count(*) FROM group_test.row'), 0);
      const ended = (await listRuns(pool)).filter(({ task }) => task === plain.name);
      await groups.start('worker-2');
      const runs = await waitUntilOver(groups);
      assert.deepEqual(
        runs.filter(({ task }) => task === plain.name),
        ended,
      );
      assertAttempts(ended, ['succeeded']);
      assertAttempts(
        runs.filter(({ task }) => task === committing.name),
        ['lost', 'succeeded'],
      );
      const { rows } = await pool.query('SELECT n FROM group_test.row ORDER BY n');
      assert.deepEqual(rows, [{ n: 0 }, { n: 1 }, { n: 2 }]);
    }));

  test(`nothing is recorded of a group whose session the server ends, and all of it is tried again (${kind})`, (t) =>
    withGroups(t, kind, async (groups) => {
      const { pool, close } = groups;
      const endSession = (pid: number) => pool.query('SELECT pg_terminate_backend($1)', [pid]);
      const bodies = await close('bodies');
      const { session: beginning, gate: begins } = await beginGroup(groups);
      await endSession(beginning);
      await waitUntilGone(groups, [beginning]);
      assert.deepEqual(await statesOf(groups, plain), [
        { state: 'running', attempt: 1, runs: 1 },
        { state: 'queued', attempt: 0, runs: size },
      ]);
      await begins.release();
      const begun = `SELECT count(*) FROM ops.run WHERE state = 'running' AND attempt = 1`;
      await waitFor('all have begun', async () => (await count(pool, begun)) === 1 + size || undefined);

      const ends = await close('ends');
      await bodies.release();
      const ending = await waitForGroup(groups, 'ends');
      await endSession(ending);
      // The worker gives them back, and says so in a group once more.
      await waitForGroup(groups, 'ends', ending);
      assert.deepEqual(await statesOf(groups, plain), [{ state: 'running', attempt: 1, runs: 1 + size }]);
      await ends.release();
      assertAttempts(await waitUntilOver(groups), ['lost', 'succeeded']);
    }));
}
