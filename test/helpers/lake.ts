import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askDuckDb, sqlText } from './duckdb.js';

/** What a manifest says of a partition. */
export interface SeenPartition {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  readonly runId: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** The files of a lake by path below it, hidden ones included. */
export const lakeFiles = (lake: string): string[] =>
  readdirSync(lake, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(lake.length + 1))
    .sort();

/** The partitions of a manifest by day. @throws when one is not as its file is */
export async function readManifest(lake: string, dataset: string): Promise<Record<string, SeenPartition>> {
  const folder = join(lake, dataset);
  const { partitions }: { partitions: Record<string, SeenPartition> } = JSON.parse(
    await readFile(join(folder, '_manifest.json'), 'utf8'),
  );
  for (const { file, bytes, sha256 } of Object.values(partitions)) {
    const content = readFileSync(join(folder, file));
    const hash = createHash('sha256').update(content).digest('hex');
    if (content.length !== bytes || hash !== sha256) throw new Error(`${file} is not what the manifest says`);
  }
  return partitions;
}

/** SQL of a dataset's layer as DuckDB reads it, like any reader of lakes by a pattern. @param dataset `dwd/images` */
export const lakeTable = (lake: string, dataset: string): string =>
  `read_parquet(${sqlText(`${lake}/${dataset}/**/*.parquet`)}, hive_partitioning = true)`;

/** Asks DuckDB about a dataset's layer, which the statement calls `lake`. */
export const askLake = (lake: string, dataset: string, sql: string): Promise<Record<string, unknown>[]> =>
  askDuckDb(`WITH lake AS (SELECT * FROM ${lakeTable(lake, dataset)}) ${sql}`);
