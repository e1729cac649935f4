/**
 * Everything at once, for as long as one likes: see `usage` in options.ts. A tool, not a test; npm test kills less and looks
 * closer (test/system).
 *
 * Method: the real supervisor over its embedded PostgreSQL, with durability as in production; two workers; Redis from the
 * system. Faults are a few seconds apart at random, changes are spread between them. What was written is known by path;
 * in the end each path's current version has to have the bytes of the file and the rows that its content makes, and the
 * tables have to agree with the ledger (test/helpers/truth.ts).
 */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createRandom } from '#samples/random.js';
import { findFreePort } from '../helpers/free-port.js';
import { summary } from '../helpers/ledger.js';
import type { CarrierKind } from '../helpers/platform.js';
import { redisMissing, startRedis } from '../helpers/redis.js';
import { openChanges } from './changes.js';
import { Faults, startUnderAttack, type Target } from './faults.js';
import { type ChaosOptions, readOptions, usage } from './options.js';
import { compare, isAtRest } from './verdict.js';

if (process.argv.includes('--help')) {
  console.log(usage);
  process.exit(0);
}
const options = readOptions(process.argv.slice(2));
let right = true;
for (const carrier of options.carriers) right = (await attack(carrier, options)) && right;
process.exit(right ? 0 : 1);

/** @returns whether nothing was missing, doubled or stuck */
async function attack(carrier: CarrierKind, { faults, changes, seed, restSeconds }: ChaosOptions): Promise<boolean> {
  const begin = performance.now();
  const say = (text: string): void =>
    console.log(`${carrier} ${((performance.now() - begin) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  const folder = await mkdtemp(join(tmpdir(), `millrace-chaos-${carrier}-`));
  // As root PostgreSQL runs as another user, who passes through here.
  await chmod(folder, 0o755);
  const redis = carrier === 'redis' ? await startRedis() : undefined;
  if (carrier === 'redis' && !redis) throw new Error(redisMissing);
  const start = {
    folder,
    port: await findFreePort(),
    env: {
      ...(redis ? { REDIS_URL: redis.url } : {}),
      BATCH_FILES: '40',
      SETTLE_MS: '300',
      SCAN_INTERVAL_MS: '2000',
      JOB_LOCK_MS: '3000',
      RECONCILE_INTERVAL_MS: '1000',
    },
  };
  const inbox = await openChanges(folder, seed);
  const target: Target = { millrace: await startUnderAttack(start), redis, restart: () => startUnderAttack(start) };
  const doing = new Faults(seed, carrier === 'redis');
  const random = createRandom(seed, 'pauses');
  let made = 0;
  for (let fault = 1; fault <= faults; fault += 1) {
    for (; made < (changes * fault) / faults; made += 1) await inbox.next();
    await sleep(random.int(100, 4_000));
    say(`${fault}/${faults}  ${await doing.next(target)}`);
  }
  for (; made < changes; made += 1) await inbox.next();

  const pool = new pg.Pool({ connectionString: await readUrl(folder), max: 2 });
  pool.on('error', () => {});
  say('no more faults; waiting until all is at rest');
  const findings = (await waitForRest(() => isAtRest(pool, inbox), restSeconds)) ? [] : ['not at rest'];
  findings.push(...(await compare(pool, inbox)));

  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts].map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`).join('\n');
  say(`changes:\n${list(inbox.counts)}\nfaults:\n${list(doing.counts)}`);
  const { rows } = await pool.query<{ state: string; count: number }>(
    `SELECT 'file ' || state AS state, count(*)::int FROM ops.file GROUP BY 1
     UNION ALL SELECT 'run ' || state, count(*)::int FROM ops.run GROUP BY 1
     UNION ALL SELECT 'attempt ' || state, count(*)::int FROM ops.attempt GROUP BY 1 ORDER BY 1`,
  );
  say(`record:\n${list(new Map(rows.map(({ state, count }) => [state, count])))}`);
  if (findings.length > 0) {
    say(`${await summary(pool)}\n${findings.length} findings:\n${findings.slice(0, 50).join('\n')}`);
    say(`everything is kept in ${folder}`);
  } else {
    say('right: nothing is missing, doubled or stuck');
  }
  await pool.end();
  target.millrace.signal('SIGTERM');
  await target.millrace.exited;
  await target.redis?.stop();
  if (findings.length === 0) await rm(folder, { recursive: true, force: true });
  return findings.length === 0;
}

async function readUrl(folder: string): Promise<string> {
  return (await readFile(join(folder, 'data', 'postgres', 'url'), 'utf8')).trim();
}

/** @returns false when the time is over */
async function waitForRest(look: () => Promise<boolean>, seconds: number): Promise<boolean> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(500)) {
    // A process that was killed last is only coming back.
    if (await look().catch(() => false)) return true;
  }
  return false;
}
