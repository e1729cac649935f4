import type { Tx } from '../pool.js';

/** How many faces a frame has. */
export interface FrameFaces {
  readonly frame: number;
  readonly faces: number;
}

/** Stores what a run has counted; in the transaction that ends the run, so that each frame has one row. */
export async function storeFrameFaces(
  tx: Tx,
  { runId, footage, model }: { readonly runId: string; readonly footage: string; readonly model: string },
  counted: readonly FrameFaces[],
): Promise<void> {
  await tx.query(
    `INSERT INTO recordings.frame_faces (run_id, footage, frame, faces, model)
     SELECT $1, $2, frame, faces, $3 FROM unnest($4::integer[], $5::integer[]) AS counted (frame, faces)`,
    [runId, footage, model, counted.map(({ frame }) => frame), counted.map(({ faces }) => faces)],
  );
}
