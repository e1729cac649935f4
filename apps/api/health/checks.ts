import { queuesOf } from '#catalogue/catalogue.js';
import { messageOf } from '#contracts/errors.js';
import { withTimeLimit } from '#process/time-limit.js';
import type { ApiDeps } from '../deps.js';
import type { Fault } from './fault.js';
import { observePlatform } from './platform.js';

/** How long one check may take; a balancer that asks every few seconds must not pile up questions. */
const checkMs = 3_000;

/** Whether there is all that is needed to do the platform's work. */
export interface Checks {
  /** What is missing, by checks other than these. */
  faults(excluded?: ReadonlySet<string>): Promise<Fault[]>;
  close(): Promise<void>;
}

/**
 * Begins to look at the other processes. What stands in for the platform as a whole counts: an API that records runs which
 * nobody carries out is not ready.
 */
export function openChecks({ pool, carrier, catalogue, config, log, pendingMigrations }: ApiDeps): Checks {
  const platform = observePlatform({
    pool,
    carrier,
    queues: [...queuesOf(catalogue).keys()],
    beatMs: config.reconcileIntervalMs,
    lookMs: checkMs,
    onError: (error) => log.debug({ err: error }, `the platform cannot be looked at: ${messageOf(error)}`),
  });
  const checks: readonly [name: Fault['check'], fault: string, ask: () => Promise<string | undefined>][] = [
    ['database', 'cannot be reached', async () => void (await pool.query('SELECT 1'))],
    [
      'migrations',
      'cannot be read',
      async () => {
        const pending = await pendingMigrations();
        return pending.length > 0 ? `not applied yet: ${pending.join(', ')}` : undefined;
      },
    ],
    ['carrier', 'cannot be reached', async () => void (await carrier.ping())],
    ['watcher', 'cannot be seen', () => platform.watcher()],
    ['workers', 'cannot be seen', () => platform.workers()],
    ['queues', 'cannot be seen', () => platform.queues()],
  ];
  return {
    async faults(excluded) {
      const asked = checks.filter(([check]) => excluded?.has(check) !== true);
      const found = await Promise.all(
        asked.map(async ([check, fault, ask]) => {
          try {
            const reason = await withTimeLimit(ask(), checkMs, check);
            return reason === undefined ? [] : [{ check, reason }];
          } catch (error) {
            log.debug({ err: error }, `not ready: ${check}: ${messageOf(error)}`);
            return [{ check, reason: `the ${check} ${fault}` }];
          }
        }),
      );
      return found.flat();
    },
    close: () => platform.close(),
  };
}
