import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { messageOf } from '#contracts/errors.js';
import { numberText, type Outcome } from './outcome.js';

/** What is used of @duckdb/node-api, which the project does not depend on: its user installs it in a folder. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<{ connect(): Promise<Connection> }>;
  };
}
interface Connection {
  runAndReadAll(sql: string): Promise<{
    columnNames(): string[];
    columnTypes(): { toString(): string }[];
    getColumns(): unknown[][];
  }>;
}

/** Reads the file of a path with DuckDB. */
export type DuckReader = (path: string, columns: readonly ColumnDefinition[]) => Promise<Outcome>;

/** @param folder where `npm install --prefix folder @duckdb/node-api` was run */
export async function openDuckDb(folder: string): Promise<DuckReader> {
  const load = createRequire(join(resolve(folder), 'package.json'));
  const { DuckDBInstance }: DuckDb = load('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  // A file is another one each time, under the same name.
  await connection.runAndReadAll('SET enable_external_file_cache = false');
  await connection.runAndReadAll('SET enable_geoparquet_conversion = false');
  await connection.runAndReadAll("SET memory_limit = '1GB'");
  await connection.runAndReadAll("SET TimeZone = 'UTC'");
  await connection.runAndReadAll('PRAGMA disable_optimizer');
  return async (path, columns) => {
    try {
      const names = columns.map(({ name, from = name }) => `"${from.replaceAll('"', '""')}"`);
      const source = `read_parquet('${path.replaceAll("'", "''")}')`;
      const result = await connection.runAndReadAll(`SELECT ${names.join(', ')} FROM ${source}`);
      const types = result.columnTypes().map(String);
      return {
        columns: result.getColumns().map((values, at) => {
          const column = columns[at];
          if (column === undefined) throw new Error('more columns than were asked for');
          return values.map((value) => (value === null ? null : textOf(value, types[at] ?? '', column)));
        }),
      };
    } catch (error) {
      return { refused: messageOf(error).split('\n')[0]?.slice(0, 200) ?? '' };
    }
  };
}

function textOf(value: unknown, duckType: string, { type }: ColumnDefinition): string {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value : Buffer.from(bytesOf(value)).toString();
    case 'double precision':
      return numberText(Number(value));
    case 'date':
      return String(numberIn(value, 'days'));
    case 'uuid':
      return String(value).replaceAll('-', '');
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return String(microsOf(value, duckType));
    default:
      return String(value);
  }
}

/** What is finer than a microsecond is cut off towards the past, as our reader does. */
function microsOf(value: unknown, duckType: string): bigint {
  if (duckType === 'TIMESTAMP_NS' || duckType === 'TIME_NS') {
    const nanos = bigIn(value, duckType === 'TIME_NS' ? 'nanos' : 'nanoseconds', 'nanos');
    return (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n;
  }
  if (duckType === 'TIMESTAMP_MS') return bigIn(value, 'millis', 'milliseconds') * 1000n;
  if (duckType === 'TIMESTAMP_S') return bigIn(value, 'seconds') * 1_000_000n;
  return bigIn(value, 'micros');
}

function bigIn(value: unknown, ...names: readonly string[]): bigint {
  for (const name of names) {
    const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    if (typeof found === 'bigint') return found;
  }
  throw new Error(`expected ${names.join(' or ')} in ${String(value)}`);
}

function numberIn(value: unknown, name: string): number {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  if (typeof found !== 'number') throw new Error(`expected ${name} in ${String(value)}`);
  return found;
}

function bytesOf(value: unknown): Uint8Array {
  const bytes: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'bytes') : undefined;
  if (!(bytes instanceof Uint8Array)) throw new Error(`expected a text or bytes, got ${String(value)}`);
  return bytes;
}
