import type { ReplaceScope } from '#contracts/dataset.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import type { CopyTarget } from '#database/copy/copy-in.js';
import type { TimeSpan } from '#database/datasets/partitions.js';
import type { OpenFile } from '#inbox/open-file.js';
import type { Load } from './batch-outcomes.js';
import type { FileSummary } from './summary/file-summary.js';
import type { SummaryLoader } from './summary/summary-writer.js';

/** What a file has brought by COPY; of a partitioned table it says the `spans`. */
export interface CopyLoad extends Load {
  /** Of a dataset with a summary. */
  readonly summary?: FileSummary;
}

/** A file whose rows are about to be written. */
export interface CopySource {
  /** For a partitioned table: what `CopyLoad.spans` will say, before a row is written. */
  spans?(): Promise<readonly TimeSpan[]>;
  /**
   * Writes the file's rows as tuples, each with the file's id and its ordinal in the file. Yields now and then between
   * two tuples, so that what is written can be sent; a caller that stops before the end closes it (`return`).
   * @throws BadInputError when the file can never be loaded; whatever was written of it is undone
   */
  writeRows(copy: CopyBinaryWriter): AsyncGenerator<void, CopyLoad, undefined>;
}

/** How the files of a task become rows of one table, sent by binary COPY. */
export interface CopyLoader {
  /** With the columns `file_id` and `ordinal`. */
  readonly target: CopyTarget;
  /** Set when the table is partitioned by time: how wide the partitions are that small loads make. */
  readonly partitionsEvery?: 'day' | 'month' | 'year';
  /** Which rows go when a file is loaded; `file` if not given. `day` is for partitioned tables. */
  readonly replace?: ReplaceScope;
  /** Set when the dataset has a summary, which its loads then say of each file. */
  readonly summary?: SummaryLoader;
  /** @throws BadInputError when the file can never be loaded */
  open(file: OpenFile, signal: AbortSignal): Promise<CopySource>;
}
