/** The file of the inbox that an upload became. */
export interface Uploaded {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}
