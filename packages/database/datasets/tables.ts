import { type ClientBase, escapeIdentifier, escapeLiteral } from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { declaredWords } from '../dictionary/declared-words.js';
import { readSchemaFile } from '../dictionary/schema-file.js';
import { connectForSetup } from '../migrations/connect.js';
import { quoteTable } from '../quote.js';
import { grantRights } from '../roles/rights.js';
import { roleNames } from '../roles/roles.js';
import { type TableColumn, tableColumns } from './columns.js';
import { indexStatements } from './indexes.js';
import { ensurePublicView } from './public-view.js';
import { ensureStar } from './star.js';
import { ensureSummary } from './summary.js';

/** A table as it is in the database. */
interface FoundTable {
  /** PostgreSQL's letter: `r` for a table, `p` for a partitioned one. */
  readonly kind: string;
  /** Of a partitioned table, as PostgreSQL writes it: `RANGE (create_at)`. */
  readonly partitionKey: string | null;
  readonly columns: readonly TableColumn[];
}

/**
 * Makes the tables of declared datasets that are not there, adds columns that may be empty and indexes where they lack,
 * and refuses a table that differs in another way: what to do with its rows only a person knows. Then gives the roles of
 * docs/roles.md, where they are there, what they lack. All in one transaction; concurrent callers take turns, and a table
 * that is as declared is not touched.
 * @returns what was changed, for the log
 * @throws SetupError in one line when the database cannot be used, or a table does not fit its declaration
 */
export async function ensureDatasets(
  databaseUrl: string,
  datasets: readonly DatasetDefinition[],
): Promise<{ changes: string[] }> {
  const client = await connectForSetup(databaseUrl);
  try {
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtext('millrace datasets'))");
    const relations = relationsOf(datasets);
    await refuseTablesOfRoles(client, relations);
    const changes: string[] = [];
    for (const dataset of datasets) {
      changes.push(...(await ensureDataset(client, dataset)), ...(await ensurePublicView(client, dataset)));
      changes.push(...(await ensureSummary(client, dataset)), ...(await ensureStar(client, dataset)));
    }
    await grantRights(client, datasetSchemas(relations));
    await client.query('COMMIT');
    return { changes };
  } finally {
    // Ends the session, and the transaction if it is not committed.
    await client.end();
  }
}

/** The tables and views that are made of declarations. */
const relationsOf = (datasets: readonly DatasetDefinition[]): string[] =>
  datasets.flatMap((dataset) => declaredWords(dataset).map(({ relation }) => relation));

/** Those that migrations make tables in, and those of declarations. */
function datasetSchemas(relations: readonly string[]): string[] {
  const schemas = [...readSchemaFile().schemas, ...relations.map((name) => name.slice(0, name.indexOf('.')))];
  return [...new Set(schemas)].filter((schema) => schema !== 'ops');
}

/**
 * Who may make tables in a schema of datasets could make one before Millrace does; its triggers would then run with the
 * rights of who loads.
 * @throws SetupError naming the first such table
 */
async function refuseTablesOfRoles(client: ClientBase, relations: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string; owner: string }>(
    `SELECT wanted.name, pg_get_userbyid(c.relowner) AS owner
     FROM unnest($1::text[], $2::text[]) AS wanted (name, quoted) JOIN pg_class c ON c.oid = to_regclass(wanted.quoted)
     WHERE pg_get_userbyid(c.relowner) = ANY($3) LIMIT 1`,
    [relations, relations.map(quoteTable), Object.values(roleNames)],
  );
  const [first] = rows;
  if (first === undefined) return;
  throw new SetupError(
    `the table ${first.name}: expected one that Millrace made, there is one of the role ${first.owner}; ` +
      'rename it to have a new one made, or name that of the declaration differently',
  );
}

async function ensureDataset(client: ClientBase, dataset: DatasetDefinition): Promise<string[]> {
  const { table } = dataset;
  const changes: string[] = [];
  const found = await readTable(client, table);
  if (found === undefined) {
    await createTable(client, dataset);
    changes.push(`made the table ${table}`);
  } else {
    const lacking = lackingColumns(dataset, found);
    for (const { name, type } of lacking) {
      await client.query(`ALTER TABLE ${quoteTable(table)} ADD COLUMN ${escapeIdentifier(name)} ${type}`);
      changes.push(`added the column ${name} to ${table}`);
    }
  }
  const indexes = await readIndexNames(client, table);
  for (const { name, sql } of indexStatements(dataset)) {
    if (indexes.has(name)) continue;
    await client.query(sql);
    if (found !== undefined) changes.push(`made the index ${name} of ${table}`);
  }
  return changes;
}

async function createTable(client: ClientBase, dataset: DatasetDefinition): Promise<void> {
  const { table, partition, description } = dataset;
  const schema = table.slice(0, table.indexOf('.'));
  // Not IF NOT EXISTS alone: that asks for the right to make schemas even where there is nothing to make.
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rows.length === 0) await client.query(`CREATE SCHEMA ${escapeIdentifier(schema)}`);
  const lines = tableColumns(dataset).map(
    ({ name, type, notNull }) => `${escapeIdentifier(name)} ${type}${notNull ? ' NOT NULL' : ''}`,
  );
  if (partition === undefined) lines.push('PRIMARY KEY (file_id, ordinal)');
  const partitioning = partition === undefined ? '' : ` PARTITION BY RANGE (${escapeIdentifier(partition.column)})`;
  await client.query(`CREATE TABLE ${quoteTable(table)} (${lines.join(', ')})${partitioning}`);
  await client.query(`COMMENT ON TABLE ${quoteTable(table)} IS ${escapeLiteral(description)}`);
}

/** The declared columns that the table lacks and may be given. @throws SetupError when it differs otherwise */
function lackingColumns(dataset: DatasetDefinition, found: FoundTable): TableColumn[] {
  const { partition } = dataset;
  const wanted = tableColumns(dataset);
  if (
    partition === undefined
      ? found.kind !== 'r'
      : found.partitionKey?.replaceAll('"', '') !== `RANGE (${partition.column})`
  ) {
    const is = found.kind === 'p' ? `partitioned by ${found.partitionKey}` : kindWords[found.kind];
    const should = partition === undefined ? 'a plain table' : `a table partitioned by RANGE (${partition.column})`;
    throw misfit(dataset, `expected ${should}, there is ${is ?? 'something else'}`);
  }
  const lacking: TableColumn[] = [];
  for (const column of wanted) {
    const there = found.columns.find(({ name }) => name === column.name);
    if (there === undefined && !column.notNull) lacking.push(column);
    else if (there?.type !== column.type || there.notNull !== column.notNull) {
      const is = there === undefined ? 'none' : describe(there);
      throw misfit(dataset, `expected the column ${column.name} to be ${describe(column)}, there is ${is}`);
    }
  }
  const extra = found.columns.find(({ name }) => !wanted.some((column) => column.name === name));
  if (extra) throw misfit(dataset, `there is a column ${extra.name} (${describe(extra)}), which is not declared`);
  return lacking;
}

const kindWords: Readonly<Record<string, string>> = { r: 'a plain table', v: 'a view', m: 'a materialized view' };

const describe = ({ type, notNull }: TableColumn): string => `${type}${notNull ? ' NOT NULL' : ''}`;

function misfit({ table }: DatasetDefinition, difference: string): SetupError {
  return new SetupError(
    `the table ${table} is not as it is declared: ${difference}; ` +
      'mend the declaration, or change the table by a migration, or rename it to have a new one made',
  );
}

async function readTable(client: ClientBase, table: string): Promise<FoundTable | undefined> {
  const { rows } = await client.query<{
    kind: string;
    key: string | null;
    columns: TableColumn[] | null;
  }>(
    // Six digits of fractional seconds are what a timestamp has anyway, said or not.
    `SELECT c.relkind AS kind, pg_get_partkeydef(c.oid) AS key,
       (SELECT json_agg(json_build_object('name', a.attname, 'notNull', a.attnotnull,
            'type', regexp_replace(format_type(a.atttypid, a.atttypmod), '^timestamp\\(6\\)', 'timestamp')) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
     FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [quoteTable(table)],
  );
  const row = rows[0];
  return row && { kind: row.kind, partitionKey: row.key, columns: row.columns ?? [] };
}

async function readIndexNames(client: ClientBase, table: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT c.relname AS name FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE x.indrelid = to_regclass($1)',
    [quoteTable(table)],
  );
  return new Set(rows.map(({ name }) => name));
}
