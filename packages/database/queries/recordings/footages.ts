import type { Queryable } from '../../pool.js';

/** What one camera saw of a recording, as its file says. */
export interface FootageRow {
  readonly id: string;
  readonly footageType: string;
  /** Where its frames lie, below the folder of the footages. */
  readonly filename: string;
  readonly recording: string;
  /** How many frames it has, if its file says so. */
  readonly frames: number | null;
  readonly fileId: string;
}

const columns = `f.id, f.footage_type AS "footageType", f.filename, f.recording, f.frames, f.file_id::text AS "fileId"`;

/** One footage, or undefined when no loaded file has it. */
export async function findFootage(db: Queryable, id: string): Promise<FootageRow | undefined> {
  const { rows } = await db.query<FootageRow>(`SELECT ${columns} FROM recordings.footage f WHERE f.id = $1`, [id]);
  return rows[0];
}
/** The footages of these recordings, by recording and id. */
export async function footagesOf(db: Queryable, recordings: readonly string[]): Promise<FootageRow[]> {
  const { rows } = await db.query<FootageRow>(
    `SELECT ${columns} FROM recordings.footage f WHERE f.recording = ANY($1::text[]) ORDER BY f.recording, f.id`,
    [recordings],
  );
  return rows;
}
