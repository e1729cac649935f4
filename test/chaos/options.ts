import { parseArgs } from 'node:util';
import { type CarrierKind, carriers } from '../helpers/platform.js';

/** What a run of the chaos command does. */
export interface ChaosOptions {
  readonly carriers: readonly CarrierKind[];
  /** Faults in all, of every kind in turn at random. */
  readonly faults: number;
  /** Changes in the inbox in all: new files, broken ones, copies, new contents. */
  readonly changes: number;
  /** Draws faults, changes and contents. Where processes are in their work at that moment no seed decides. */
  readonly seed: number;
  /** How long everything may take to come to rest after the last fault, in seconds. */
  readonly restSeconds: number;
}

export const usage = `npm run chaos -- [--faults 100] [--changes 2000] [--carrier postgres|redis|both] [--seed 1] [--rest 600]

Runs the whole product as npm start does, changes files in its inbox, and meanwhile kills, stops and suspends its processes
at random: supervisor, PostgreSQL and its sessions, watcher, workers and the processes that decode images, API, Redis;
flushes Redis. Then it waits until everything is at rest and compares the tables with what was written.
Ends with 0 when nothing is missing, doubled or stuck.`;

/** @throws Error in one line when an option is not understood */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      faults: { type: 'string', default: '100' },
      changes: { type: 'string', default: '2000' },
      carrier: { type: 'string', default: 'both' },
      seed: { type: 'string', default: '1' },
      rest: { type: 'string', default: '600' },
    },
  });
  return {
    carriers: carriers.filter((carrier) => values.carrier === 'both' || values.carrier === carrier),
    faults: readCount('faults', values.faults),
    changes: readCount('changes', values.changes),
    seed: readCount('seed', values.seed),
    restSeconds: readCount('rest', values.rest),
  };
}

function readCount(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`);
  return Number(text);
}
