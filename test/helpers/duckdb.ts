import { DuckDBInstance } from '@duckdb/node-api';

/** Asks DuckDB, which shares no code with our writer. @returns rows as objects, their values as JSON has them */
export async function askDuckDb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  try {
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** A path as a text of SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
