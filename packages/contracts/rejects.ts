/** A part of a file that could not be taken, for example a bad event among good ones. */
export interface RejectedPart {
  /** Which part of its file it is, from 0. */
  readonly ordinal: number;
  /** Position of its first byte in the file; null where it has none, as rows of parquet. */
  readonly offset: number | null;
  readonly reason: string;
  /** The part as it stands in the file; cut when stored. */
  readonly content: string;
}

/** Most rejects of one file that are kept one by one; their number is always exact. */
export const maxRejectsKept = 1_000;
/** Characters of a rejected part that are kept. */
export const maxRejectLength = 2_000;
