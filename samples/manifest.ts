/** What a sample file is made for. */
export type SampleKind = 'image' | 'data-sample' | 'objects-detection' | 'vehicle-status' | 'recordings';

/** What was written, and what a load of it gives. */
export interface SampleFile {
  /** Path below the folder of the samples, with `/` between folders. */
  readonly path: string;
  readonly kind: SampleKind;
  /** Rows that it loads; unset for images, whose faces are drawn and not counted, and for files that load nothing. */
  readonly expectedRows?: number;
  /** Events that are rejected while the rest of the file loads. */
  readonly expectedRejects?: number;
  /** What is wrong with the whole file, which therefore loads nothing; unset when it is good. */
  readonly expectBad?: string;
}
