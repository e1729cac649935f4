import type pg from 'pg';

/** The table that all ways load into. */
export const tableName = 'dwh.data_sample';

/** A column as the database's catalogue has it. */
export interface TableColumn {
  readonly name: string;
  /** For example `bigint`, `character varying(32)`. */
  readonly type: string;
}

/** The table's columns in their order. */
export async function tableColumns(client: pg.ClientBase): Promise<TableColumn[]> {
  const { rows } = await client.query<TableColumn>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [tableName],
  );
  return rows;
}

/**
 * Makes the table's partitions for days (`2023-01-01`), in the plainest way, with all that the table hands down to
 * them; nothing when it has no partitions.
 */
export async function providePartitions(client: pg.ClientBase, days: Iterable<string>): Promise<void> {
  const { rows } = await client.query<{ key: string | null }>('SELECT pg_get_partkeydef($1::regclass) AS key', [
    tableName,
  ]);
  const key = rows[0]?.key ?? null;
  if (key === null) return;
  if (key !== 'RANGE (create_at)') {
    throw new Error(`${tableName} is partitioned by ${key}; expected RANGE (create_at): teach the bench the new key`);
  }
  for (const day of days) {
    await client.query(
      `CREATE TABLE ${tableName}_${day.replaceAll('-', '')} PARTITION OF ${tableName}
       FOR VALUES FROM ('${day}') TO ('${day}'::timestamp + interval '1 day')`,
    );
  }
}

/** What of the table is decided by its definition, for the report: columns, partition key and indexes. */
export async function describeTable(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ key: string | null; indexes: string | null }>(
    `SELECT pg_get_partkeydef($1::regclass) AS key,
       (SELECT string_agg(regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', ''), '; ')
        FROM pg_index WHERE indrelid = $1::regclass) AS indexes`,
    [tableName],
  );
  const columns = (await tableColumns(client)).map(({ name, type }) => `${name} ${type}`);
  return `${columns.join(', ')}; partitions: ${rows[0]?.key ?? 'none'}; indexes: ${rows[0]?.indexes ?? 'none'}`;
}
