// What `import … from 'millrace/loading'` gives: how a task's body loads the files of its run.

export type { ByteSource } from '#contracts/byte-source.js';
export type { RejectedPart } from '#contracts/rejects.js';
export type { CopyBinaryWriter } from '#database/copy/binary.js';
export type { CopyTarget } from '#database/copy/copy-in.js';
export type { TimeSpan } from '#database/datasets/partitions.js';
export type { RunFile } from '#database/ledger/outcomes.js';
export type { EventShape } from '#events/event-shape.js';
export {
  faulty,
  field,
  type JsonObject,
  orReject,
  type Rejected,
  readArray,
  readCount,
  readObject,
  readText,
  readTime,
} from '#events/fields.js';
export { fileChunks } from '#inbox/file-chunks.js';
export type { OpenFile } from '#inbox/open-file.js';
export type { CopyLoad, CopyLoader, CopySource } from '#loading/copy-loader.js';
export { loadByCopy } from '#loading/load-by-copy.js';
export { type FileContent, loadByStatements, type StatementLoader } from '#loading/load-by-statements.js';
export { type EventTable, loadEventFiles } from '#loading/load-events.js';
