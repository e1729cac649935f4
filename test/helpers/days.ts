import type pg from 'pg';
import { coverSpans } from '#database/datasets/partitions.js';
import { transaction } from '#database/pool.js';

/** Makes the data sample's partition of a day, as small loads do. @param day like `2023-01-02` */
export async function makeDay(pool: pg.Pool, day: string): Promise<void> {
  const noon = BigInt(Date.parse(`${day}T12:00:00Z`)) * 1000n;
  await transaction(pool, (tx) => coverSpans(tx, 'dwh.data_sample', [{ from: noon, to: noon }], 'day'));
}
