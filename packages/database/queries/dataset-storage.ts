import type { Queryable } from '../pool.js';
import { quoteTable } from '../quote.js';

/** What a dataset's table takes on disk, and what else is made of it. */
export interface DatasetStorage {
  readonly size: {
    /** All of it: rows with what is stored beside them (TOAST), and indexes. */
    readonly bytes: number;
    readonly tableBytes: number;
    readonly indexBytes: number;
    /** 0 for a plain table. */
    readonly partitions: number;
  };
  /** Views that read one of the tables, or a view that does: with their schemas, in alphabetical order. */
  readonly views: readonly string[];
}

/** The tables of one dataset. */
export interface DatasetTables {
  readonly name: string;
  readonly table: string;
  /** Those that are made of it, for example its star's. */
  readonly derived: readonly string[];
}

/**
 * Sizes and views of datasets. Asks the file system for each partition and each index: some 15 µs for a partition with one index.
 * @returns by the datasets' names
 */
export async function readDatasetStorage(
  db: Queryable,
  datasets: readonly DatasetTables[],
): Promise<ReadonlyMap<string, DatasetStorage>> {
  const sizes = await readSizes(db, datasets);
  const views = await readViews(db, datasets);
  return new Map(
    sizes.map(({ name, ...size }) => [
      name,
      { size, views: views.filter((view) => view.name === name).map(({ view }) => view) },
    ]),
  );
}

/** Not pg_partition_tree, which locks all partitions at a time: there may be more than a server has room for. */
async function readSizes(
  db: Queryable,
  datasets: readonly DatasetTables[],
): Promise<(DatasetStorage['size'] & { name: string })[]> {
  const { rows } = await db.query<DatasetStorage['size'] & { name: string }>(
    `WITH RECURSIVE part AS (
       SELECT dataset.name, to_regclass(dataset.tbl)::oid AS id, 0 AS level
       FROM unnest($1::text[], $2::text[]) AS dataset (name, tbl)
       UNION ALL
       SELECT part.name, i.inhrelid, part.level + 1 FROM part JOIN pg_inherits i ON i.inhparent = part.id
     )
     SELECT name, (table_bytes + index_bytes)::float8 AS bytes, table_bytes::float8 AS "tableBytes",
       index_bytes::float8 AS "indexBytes", partitions
     FROM (
       SELECT name, COALESCE(sum(pg_table_size(id)), 0) AS table_bytes, COALESCE(sum(pg_indexes_size(id)), 0) AS index_bytes,
         count(*) FILTER (WHERE level > 0)::int AS partitions
       FROM part GROUP BY name
     ) sized`,
    [datasets.map(({ name }) => name), datasets.map(({ table }) => quoteTable(table))],
  );
  return rows;
}

/** As PostgreSQL itself records them: a view's rule depends on the tables that it reads. */
async function readViews(
  db: Queryable,
  datasets: readonly DatasetTables[],
): Promise<{ readonly name: string; readonly view: string }[]> {
  const pairs = datasets.flatMap(({ name, table, derived }) =>
    [table, ...derived].map((each) => [name, each] as const),
  );
  const { rows } = await db.query<{ name: string; view: string }>(
    `WITH RECURSIVE reader AS (
       SELECT dataset.name, to_regclass(dataset.tbl)::oid AS id FROM unnest($1::text[], $2::text[]) AS dataset (name, tbl)
       UNION
       SELECT reader.name, r.ev_class FROM reader
       JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = reader.id AND d.classid = 'pg_rewrite'::regclass
       JOIN pg_rewrite r ON r.oid = d.objid
     )
     SELECT DISTINCT reader.name, n.nspname || '.' || c.relname AS view
     FROM reader JOIN pg_class c ON c.oid = reader.id AND c.relkind IN ('v', 'm') JOIN pg_namespace n ON n.oid = c.relnamespace
     ORDER BY 2`,
    [pairs.map(([name]) => name), pairs.map(([, table]) => quoteTable(table))],
  );
  return rows;
}
