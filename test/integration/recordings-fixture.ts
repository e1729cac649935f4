import { termsOf } from '#contracts/run-terms.js';
import { dispatchBatch } from '#database/ledger/dispatch.js';
import type { Pool } from '#database/pool.js';
import { definition } from '#tasks/load-recordings/definition.js';
import type { SeenFile } from '../helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../helpers/task-runner.js';

/** The first second of the recordings of tests, in unix seconds: 2024-07-18T14:05:32Z. */
export const began = 1_721_311_532;

export type Row = Readonly<Record<string, unknown>>;

export const recording = (id: string, more: Row = {}): Row => ({ id, location: 'Vienna', ...more });
export const footage = (id: string, of: string, more: Row = {}): Row => ({
  ...{ id, footage_type: 'front', filename: `${id}.zip`, recording: of, frames: 60 },
  ...more,
});
export const label = (of: string, second: number, more: Row = {}): Row => ({
  ...{ timestamp: began + second, relative_timestamp: second, label_type: 'car', label_certainty: 0.75, footage: of },
  ...more,
});
export const sensor = (of: string, second: number, more: Row = {}): Row => ({
  ...{ timestamp: began + second, relative_timestamp: second, metric_type: 'speed', metric_value: 50.5, recording: of },
  ...more,
});

/** Runs of recordings in this process. */
export interface RecordingsRunner extends TaskRunner {
  /** Puts a file into the inbox as JSON; returns its id. */
  put(path: string, content: unknown): Promise<string>;
  /** Loads what is settled and does not wait, as batches of the dispatcher, until there is nothing more. */
  load(): Promise<void>;
  files(): Promise<(SeenFile & { readonly waiting: boolean; readonly table_rows: Row | null })[]>;
  file(path: string): Promise<SeenFile & { readonly waiting: boolean; readonly table_rows: Row | null }>;
}

export const withRecordings = (work: (runner: RecordingsRunner) => Promise<void>): Promise<void> =>
  withTaskRunner({ star: false }, async (runner) => {
    const { pool } = runner;
    const files: RecordingsRunner['files'] = async () =>
      (
        await pool.query(
          `SELECT id, path, version, current, state, code, reason, rows::int, rejects, run_id, waiting, table_rows
           FROM ops.file ORDER BY path, version`,
        )
      ).rows;
    await work({
      ...runner,
      put: (path, content) =>
        runner.drop('recordings', path, Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))),
      async load() {
        while (await dispatchOne(pool)) await runner.drain();
      },
      files,
      async file(path) {
        const found = (await files()).find((file) => file.path === path && file.current);
        if (!found) throw new Error(`no file ${path}`);
        return found;
      },
    });
  });

/** Gives the next batch to a run, as the watcher does. */
export async function dispatchOne(pool: Pool, files = 720): Promise<boolean> {
  const batch = await dispatchBatch(
    pool,
    'recordings',
    { files, bytes: 2 ** 30 },
    { ...termsOf(definition), trigger: 'watcher' },
    (ids) => ({ files: ids.map(String) }),
  );
  return batch !== undefined;
}

/** Rows by table, in the order of their files. */
export async function rowsOf(pool: Pool): Promise<Record<'recording' | 'footage' | 'label' | 'sensor', number>> {
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM recordings.recording) AS recording, (SELECT count(*)::int FROM recordings.footage) AS footage,
       (SELECT count(*)::int FROM recordings.label) AS label, (SELECT count(*)::int FROM recordings.sensor) AS sensor`,
  );
  return rows[0];
}
