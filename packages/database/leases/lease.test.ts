import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { count } from '../../../test/helpers/ledger.js';
import { waitFor } from '../../../test/helpers/wait.js';
import { openPool, type Pool } from '../pool.js';
import { readSignsOfLife } from '../queries/liveness.js';
import { type Lease, LeaseLostError, refuseUnlessHolder, seekLease, type Term } from './lease.js';

const name = 'millrace watcher';

interface Process {
  readonly lease: Lease;
  /** For its work. */
  readonly pool: Pool;
  /** How often it was notified that another has the lease. */
  others(): number;
}

function open(url: string, sessions: string): Process {
  let others = 0;
  const lease = seekLease({
    ...{ url, name, sessions },
    onOther() {
      others += 1;
    },
    onError() {},
  });
  const onConnect = (client: Parameters<typeof refuseUnlessHolder>[0]) => refuseUnlessHolder(client, name, sessions);
  const pool = openPool({ url, name: sessions, max: 2, onError() {}, onConnect });
  return { lease, pool, others: () => others };
}

const got = (process: Process): Promise<Term> => waitFor('it has the lease', () => process.lease.held());

test('one process has a lease, the next gets it under the next term, and the former writes nothing any more', () =>
  withTestDatabase(async ({ url, pool }) => {
    const [first, second] = [open(url, 'first'), open(url, 'second')];
    try {
      await assert.rejects(first.pool.query('SELECT'), LeaseLostError, 'nobody has it yet');
      assert.equal((await got(first)).number, 1n);
      assert.equal(await second.lease.held(), undefined);
      assert.equal(second.others(), 1);

      // In the middle of a transaction, from before the other takes over.
      const asleep = await first.pool.connect();
      asleep.on('error', () => {});
      await asleep.query('BEGIN');
      await asleep.query(`INSERT INTO ops.file (path, size, mtime_ns, state) VALUES ('late', 1, 1, 'arriving')`);
      await pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name} lock'
        AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')`);
      assert.equal((await got(second)).number, 2n);
      await assert.rejects(asleep.query('COMMIT'));
      asleep.release(true);
      await assert.rejects(first.pool.query('SELECT'), LeaseLostError);
      assert.equal(await count(pool, 'SELECT count(*) FROM ops.file'), 0);

      await waitFor('the former knows that it has lost it', async () =>
        (await first.lease.held()) === undefined && first.others() === 1 ? true : undefined,
      );
      await second.lease.close();
      assert.equal((await got(first)).number, 3n);
      await first.pool.query('SELECT');
    } finally {
      for (const process of [first, second]) {
        await process.lease.close();
        await process.pool.end();
      }
    }
  }));

test('the holder of a lease gives signs of life, by which others see that it lives', () =>
  withTestDatabase(async ({ url, pool }) => {
    assert.equal((await readSignsOfLife(pool)).watcher, undefined);
    const holder = open(url, 'holder');
    try {
      await got(holder);
      const before = (await readSignsOfLife(pool)).watcher;
      assert.equal(before?.id, 'holder');
      await waitFor('another sign of life', async () =>
        (await readSignsOfLife(pool)).watcher?.mark === before.mark ? undefined : true,
      );
    } finally {
      await holder.lease.close();
      await holder.pool.end();
    }
  }));
