import { escapeIdentifier } from 'pg';
import { coverSpans, TimePartitions, type TimeSpan } from '../datasets/partitions.js';
import { type Pool, type Tx, transaction } from '../pool.js';
import { quoteTable } from '../quote.js';

/** In the order in which their partitions are made; the last one is there only when all are. */
const tables = ['ods.image', 'dwd.image', 'dwd.face'] as const;

/**
 * Makes the partitions of import days that the images' tables lack, committed on a connection of its own: every load
 * under way sees them, and none waits. Callers that want the same day at the same time take turns.
 * @param days `2026-11-20`
 */
export async function coverImageDays(pool: Pool, days: readonly string[]): Promise<void> {
  const spans = [...new Set(days)].sort().map(spanOfDay);
  if ((await TimePartitions.read(pool, 'dwd.face')).missing(spans, 'day').length === 0) return;
  await transaction(pool, async (tx) => {
    for (const table of tables) await coverSpans(tx, table, spans, 'day');
    const images = await TimePartitions.read(tx, 'dwd.image');
    const faces = await TimePartitions.read(tx, 'dwd.face');
    for (const span of spans) {
      const [image] = images.touchedBy(span);
      const [face] = faces.touchedBy(span);
      if (image !== undefined && face !== undefined) await tieFaces(tx, face, image);
    }
  });
}

/**
 * Has the faces of a day go with their images. By a key between the partitions: one between the tables themselves
 * would make each new day wait for all loads, since attaching a partition then locks dwd.image against writing.
 */
async function tieFaces(tx: Tx, faces: string, images: string): Promise<void> {
  const name = 'face_image_fkey';
  const { rowCount } = await tx.query('SELECT FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2', [
    quoteTable(faces),
    name,
  ]);
  if (rowCount !== 0) return;
  await tx.query(
    `ALTER TABLE ${quoteTable(faces)} ADD CONSTRAINT ${escapeIdentifier(name)} FOREIGN KEY (file_id, imp_date)
     REFERENCES ${quoteTable(images)} (file_id, imp_date) ON DELETE CASCADE`,
  );
}

/** An import day as a time: its midnight in UTC. @param day `2026-11-20` */
export function spanOfDay(day: string): TimeSpan {
  const midnight = BigInt(Date.parse(`${day}T00:00:00Z`)) * 1000n;
  return { from: midnight, to: midnight };
}
