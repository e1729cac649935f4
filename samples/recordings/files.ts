import type { SampleFile } from '../manifest.js';
import type { SampleRecording } from './model.js';
import { rowsAsParquet, type TableRows } from './parquet.js';

/** A sample file of a recording, before it is written. */
export interface RecordingFile {
  readonly file: SampleFile;
  readonly content: Uint8Array | string;
}

type TableName = keyof TableRows;

/** The tables' names in files. */
const sections = { recording: 'recordings', footage: 'footages', label: 'labels', sensor: 'sensors' } as const;
const parents: readonly TableName[] = ['recording', 'footage'];
const children: readonly TableName[] = ['label', 'sensor'];

type Form = 'json' | 'ndjson' | 'parquet';

/**
 * The files of a recording. By turns: one file with everything; a file per table as JSON, as newline-delimited JSON and
 * as parquet; one file with recording and footages beside parquet files of labels and sensors. Of every second five
 * recordings, the files of labels and sensors sort before those that they belong to. Tables without rows have no file.
 */
export function recordingFiles(recording: SampleRecording): RecordingFile[] {
  const { index } = recording;
  const rows = rowsOf(recording);
  const before = Math.floor(index / 5) % 2 === 1;
  const folderOf = (table: TableName): string =>
    `recordings/${String(index + 1).padStart(5, '0')}/${before === children.includes(table) ? '1' : '2'}`;
  const alone = (tables: readonly TableName[], form: Form): RecordingFile[] =>
    tables
      .filter((table) => rows[table].length > 0)
      .map((table) => tableFile(`${folderOf(table)}/${sections[table]}_${recording.drive.id}`, table, form, rows));
  switch (index % 5) {
    case 0:
      return [documentOf(recording, 'recordings', ['sensor', 'label', 'footage', 'recording'], rows)];
    case 1:
      return alone([...parents, ...children], 'json');
    case 2:
      return alone([...parents, ...children], 'ndjson');
    case 3:
      return alone([...parents, ...children], 'parquet');
    default:
      return [documentOf(recording, folderOf('recording'), parents, rows), ...alone(children, 'parquet')];
  }
}

const rowsOf = ({ drive, footages, labels, sensors }: SampleRecording): TableRows => ({
  recording: [drive],
  footage: footages,
  label: labels,
  sensor: sensors,
});

/** One `recording_*.json` with several tables; children before their parents where the order says so. */
function documentOf(
  { drive }: SampleRecording,
  folder: string,
  tables: readonly TableName[],
  rows: TableRows,
): RecordingFile {
  const expectedRows = tables.reduce((sum, table) => sum + rows[table].length, 0);
  const document = Object.fromEntries(tables.map((table) => [sections[table], rows[table]]));
  const path = `${folder}/recording_${drive.id}.json`;
  return { file: { path, kind: 'recordings', expectedRows }, content: JSON.stringify(document) };
}

function tableFile(name: string, table: TableName, form: Form, rows: TableRows): RecordingFile {
  const file = { path: `${name}.${form}`, kind: 'recordings', expectedRows: rows[table].length } as const;
  return { file, content: write[form](table, rows) };
}

const write: Record<Form, (table: TableName, rows: TableRows) => Uint8Array | string> = {
  json: (table, rows) => JSON.stringify({ [sections[table]]: rows[table] }),
  ndjson: (table, rows) => rows[table].map((row) => `${JSON.stringify(row)}\n`).join(''),
  parquet: (table, rows) => rowsAsParquet(table, rows[table]),
};
