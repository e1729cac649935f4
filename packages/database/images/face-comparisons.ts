import type { Tx } from '../pool.js';

/** A face that only one of two models found: box in pixels of the image as shown, score 0 to 1. */
export interface ComparedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly score: number;
}

/** An image in which two models found different faces. */
export interface FaceComparison {
  readonly fileId: string;
  readonly filename: string;
  readonly facesA: number;
  readonly facesB: number;
  /** Faces that both found. */
  readonly matched: number;
  readonly onlyA: ComparedBox[];
  readonly onlyB: ComparedBox[];
}

/** Rows of one statement. */
const chunk = 500;

/** Stores what a run has found. */
export async function storeFaceComparisons(tx: Tx, runId: string, rows: readonly FaceComparison[]): Promise<void> {
  for (let first = 0; first < rows.length; first += chunk) {
    await tx.query(
      `INSERT INTO dwd.face_comparison (run_id, file_id, filename, faces_a, faces_b, matched, only_a, only_b)
       SELECT $1, r."fileId", r.filename, r."facesA", r."facesB", r.matched, r."onlyA", r."onlyB"
       FROM jsonb_to_recordset($2::jsonb) AS r ("fileId" bigint, filename text, "facesA" int, "facesB" int, matched int,
         "onlyA" jsonb, "onlyB" jsonb)`,
      [runId, JSON.stringify(rows.slice(first, first + chunk))],
    );
  }
}
