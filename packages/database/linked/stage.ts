import { escapeIdentifier, escapeLiteral } from 'pg';
import { maxRejectsKept, type RejectedPart } from '#contracts/rejects.js';
import type { Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import type { LinkedColumn, LinkedTable, LinkedTables } from './linked-table.js';

/**
 * Where the rows of a batch's files lie until it is known which of them go into their tables: a temporary table for each,
 * gone with the transaction. A row with a `reject` cannot be taken.
 */
export const stageName = ({ dataset }: Pick<LinkedTable, 'dataset'>): string => `pg_temp.stage_${dataset}`;

/** The same for use in a statement. */
export const stageOf = (table: Pick<LinkedTable, 'dataset'>): string => quoteTable(stageName(table));

/** Columns of a stage for a time that stands in the file as a number of seconds since 1970. */
export const secondsColumn = { integer: 'seconds_bigint', real: 'seconds_real' } as const;

/** Makes the stages. */
export async function createStages(tx: Tx, tables: LinkedTables): Promise<void> {
  for (const table of tables.all) {
    const columns = table.columns.map(({ name, type }) => `${escapeIdentifier(name)} ${type}`);
    await tx.query(
      `CREATE TEMPORARY TABLE ${stageOf(table)} (${columns.join(', ')}, file_id bigint NOT NULL, ordinal integer NOT NULL,
         byte_offset bigint, ${secondsColumn.integer} bigint, ${secondsColumn.real} double precision, reject text)
       ON COMMIT DROP`,
    );
    const { key } = table.definition;
    if (key !== undefined) await tx.query(`CREATE INDEX ON ${stageOf(table)} (${escapeIdentifier(key)})`);
  }
}

/** The end of the last second of the year 9999, and the beginning of the year 1, in seconds since 1970. */
export const unixRange = { least: -62_135_596_800, beyond: 253_402_300_800 } as const;

/**
 * Looks at the rows of files that were staged as they stood in the file: one with a fault gets its `reject`, and times that
 * are numbers become times.
 */
export async function checkStaged(tx: Tx, table: LinkedTable, fileIds: readonly bigint[]): Promise<void> {
  const faults = table.columns.flatMap(faultsOf);
  const cases = faults.map(({ when, reason }) => `WHEN ${when} THEN ${reason}`);
  await tx.query(
    `UPDATE ${stageOf(table)} s SET reject = CASE ${cases.join(' ')} END
     WHERE file_id = ANY($1::bigint[]) AND (${faults.map(({ when }) => `(${when})`).join(' OR ')})`,
    [fileIds],
  );
  const time = table.columns.find(({ unixSeconds }) => unixSeconds === true);
  if (!time) return;
  const [integer, real] = [secondsColumn.integer, secondsColumn.real];
  await tx.query(
    `UPDATE ${stageOf(table)} SET ${escapeIdentifier(time.name)} = CASE WHEN ${integer} IS NULL THEN to_timestamp(${real})
       ELSE to_timestamp(${integer}) END
     WHERE file_id = ANY($1::bigint[]) AND reject IS NULL AND num_nonnulls(${integer}, ${real}) > 0`,
    [fileIds],
  );
}

interface Fault {
  /** SQL of a staged row. */
  readonly when: string;
  /** A text in SQL. */
  readonly reason: string;
}

/** What may be wrong with a column's value, in the words of the readers of JSON. */
function faultsOf(column: LinkedColumn): Fault[] {
  const { name, type, required, maxLength, least, most, unixSeconds } = column;
  const sql = escapeIdentifier(name);
  const is = (value: string, expectation: string): string =>
    `format('%s is %s: %s', ${escapeLiteral(name)}, ${value}, ${escapeLiteral(expectation)})`;
  const faults: Fault[] = [];
  if (required === true) {
    const values = unixSeconds === true ? `${sql}, ${secondsColumn.integer}, ${secondsColumn.real}` : sql;
    faults.push({
      when: `num_nonnulls(${values}) = 0`,
      reason: escapeLiteral(`${name} is missing: every row needs one`),
    });
  }
  if (unixSeconds === true) {
    for (const seconds of [secondsColumn.integer, secondsColumn.real]) {
      faults.push({
        when: `NOT (${seconds} >= ${unixRange.least} AND ${seconds} < ${unixRange.beyond})`,
        reason: is(seconds, unixWords),
      });
    }
  }
  if (type === 'text') {
    faults.push({
      when: `btrim(${sql}, E' \\t\\r\\n') = ''`,
      reason: is(`to_json(${sql})`, 'expected text that is not blank'),
    });
    if (maxLength !== undefined) {
      faults.push({
        when: `char_length(${sql}) > ${maxLength}`,
        reason: is(`to_json(left(${sql}, 64) || '…')`, `expected at most ${maxLength} characters`),
      });
    }
  }
  if (type === 'double precision') {
    faults.push({
      when: `${sql} IN ('NaN', 'Infinity', '-Infinity')`,
      reason: is(sql, 'expected a number that is finite'),
    });
  }
  if (least !== undefined || most !== undefined) {
    const conditions = [
      ...(least === undefined ? [] : [`${sql} < ${least}`]),
      ...(most === undefined ? [] : [`${sql} > ${most}`]),
    ];
    faults.push({ when: conditions.join(' OR '), reason: is(sql, boundsWords(column)) });
  }
  return faults;
}

/** What is expected of a time that is a number. */
export const unixWords = 'expected unix seconds, of the years 1 to 9999; of milliseconds take the thousandth part';

/** What is expected of a number with bounds. */
export function boundsWords({ type, least, most }: Pick<LinkedColumn, 'type' | 'least' | 'most'>): string {
  const kind = type === 'integer' ? 'an integer' : 'a number';
  if (least === undefined) return `expected ${kind} of at most ${most}`;
  return most === undefined ? `expected ${kind} of at least ${least}` : `expected ${kind} from ${least} to ${most}`;
}

/** Rejects every row whose key an earlier row of the same file has. */
export async function rejectRepeatedKeys(tx: Tx, tables: LinkedTables, fileIds: readonly bigint[]): Promise<void> {
  for (const { key, ...table } of tables.keyed) {
    const [sql, stage] = [escapeIdentifier(key), stageOf(table)];
    await tx.query(
      `UPDATE ${stage} s SET reject = format('the ${table.dataset} %s stands in this file already, in row %s', s.${sql}, f.ordinal)
       FROM (SELECT file_id, ${sql}, min(ordinal) AS ordinal FROM ${stage}
         WHERE reject IS NULL AND file_id = ANY($1::bigint[]) GROUP BY 1, 2 HAVING count(*) > 1) f
       WHERE s.file_id = f.file_id AND s.${sql} = f.${sql} AND s.ordinal > f.ordinal AND s.reject IS NULL`,
      [fileIds],
    );
  }
}

/** Rejects rows that do not fit the parent they have, among the staged rows of these files or in its table. */
export async function rejectMisfits(tx: Tx, tables: LinkedTables, fileIds: readonly bigint[]): Promise<void> {
  for (const { child, column, parent, key } of tables.children) {
    const fault = child.parent?.fault;
    if (!fault) continue;
    for (const [from, more] of [
      [stageOf(parent), 'AND p.reject IS NULL AND p.file_id = ANY($1::bigint[])'],
      [
        quoteTable(parent.definition.table),
        `AND NOT EXISTS (SELECT FROM ${stageOf(parent)} newer WHERE newer.${escapeIdentifier(key)} = p.${escapeIdentifier(key)}
           AND newer.reject IS NULL AND newer.file_id = ANY($1::bigint[]))`,
      ],
    ]) {
      await tx.query(
        `UPDATE ${stageOf(child)} s SET reject = ${fault.reason} FROM ${from} p
         WHERE s.file_id = ANY($1::bigint[]) AND s.reject IS NULL AND p.${escapeIdentifier(key)} = s.${escapeIdentifier(column)}
           AND (${fault.when}) ${more}`,
        [fileIds],
      );
    }
  }
}

/** Rejected rows of a file. */
export interface StagedRejects {
  readonly count: number;
  /** The first ones. */
  readonly kept: readonly RejectedPart[];
}

/** The staged rows that were rejected, by their files. A row's content is shown as JSON, with the columns that it has. */
export async function listRejects(
  tx: Tx,
  tables: LinkedTables,
  fileIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, StagedRejects>> {
  const own = ['file_id', 'ordinal', 'byte_offset', 'reject'];
  const each = tables.all.map(
    (table) =>
      `SELECT file_id, ordinal, byte_offset, ${escapeLiteral(`${table.dataset}: `)} || reject AS reject, jsonb_strip_nulls(to_jsonb(s) - '{${own}}'::text[])::text AS content
       FROM ${stageOf(table)} s WHERE reject IS NOT NULL AND file_id = ANY($1::bigint[])`,
  );
  const { rows } = await tx.query<{
    file_id: string;
    ordinal: number;
    byte_offset: string | null;
    reject: string;
    content: string;
    count: number;
  }>(
    `SELECT * FROM (
       SELECT r.*, count(*) OVER (PARTITION BY file_id)::int AS count,
         row_number() OVER (PARTITION BY file_id ORDER BY ordinal) AS nth
       FROM (${each.join(' UNION ALL ')}) r) r
     WHERE nth <= ${maxRejectsKept} ORDER BY file_id, ordinal`,
    [fileIds],
  );
  const found = new Map<bigint, { count: number; kept: RejectedPart[] }>();
  for (const row of rows) {
    const id = BigInt(row.file_id);
    const rejects = found.get(id) ?? { count: row.count, kept: [] };
    const offset = row.byte_offset === null ? null : Number(row.byte_offset);
    rejects.kept.push({ ordinal: row.ordinal, offset, reason: row.reject, content: row.content });
    found.set(id, rejects);
  }
  return found;
}
