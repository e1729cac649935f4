import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** PostgreSQL's internal one-byte type `"char"`, in which the catalogue keeps kinds and flags. */
const internalCharOid = 18;

/**
 * What Prisma's schema engine reaches the database through: `@prisma/adapter-pg` with three of its habits (7.10)
 * replaced. It cuts scripts at every semicolon, also those within a function's body or a comment; it refuses the
 * catalogue's `"char"` columns, which the engine reads when a table is partitioned; and it drops a shadow database
 * while it is still connected to it.
 */
export function createEngineAdapters(databaseUrl: string): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: async () => (await connect(databaseUrl)).adapter,
    async connectToShadowDb() {
      const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
      const main = await connect(databaseUrl);
      await main.pool.query(`CREATE DATABASE "${name}"`);
      const url = new URL(databaseUrl);
      url.pathname = `/${name}`;
      const shadow = await connect(url.href);
      shadow.adapter.dispose = async () => {
        await shadow.pool.end();
        await main.pool.query(`DROP DATABASE "${name}" WITH (FORCE)`);
        await main.pool.end();
      };
      return shadow.adapter;
    },
  };
}

async function connect(url: string): Promise<{ adapter: SqlDriverAdapter; pool: pg.Pool }> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => {});
  const adapter: SqlDriverAdapter = await new PrismaPg(pool).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    try {
      return await queryRaw(query);
    } catch (error) {
      if (!isUnsupportedType(error)) throw error;
      return await queryInternalChars(pool, query, queryRaw);
    }
  };
  adapter.executeScript = async (script) => void (await pool.query(script));
  adapter.dispose = () => pool.end();
  return { adapter, pool };
}

function isUnsupportedType(error: unknown): boolean {
  if (!(error instanceof Error) || typeof error.cause !== 'object' || error.cause === null) return false;
  return 'kind' in error.cause && error.cause.kind === 'UnsupportedNativeDataType';
}

/** Runs a query with its `"char"` columns cast to text, and names them characters again in the result. */
async function queryInternalChars(
  pool: pg.Pool,
  query: SqlQuery,
  queryRaw: (query: SqlQuery) => Promise<SqlResultSet>,
): Promise<SqlResultSet> {
  const inner = query.sql.trim().replace(/;$/, '');
  const { fields } = await pool.query({ text: `SELECT * FROM (${inner}\n) AS q LIMIT 0`, values: query.args });
  const isChar = fields.map(({ dataTypeID }) => dataTypeID === internalCharOid);
  const columns = fields.map(({ name }, index) => {
    const column = pg.escapeIdentifier(name);
    return isChar[index] ? `q.${column}::text AS ${column}` : `q.${column}`;
  });
  const result = await queryRaw({ ...query, sql: `SELECT ${columns.join(', ')} FROM (${inner}\n) AS q` });
  const columnTypes = result.columnTypes.map((type, index) => (isChar[index] ? ColumnTypeEnum.Character : type));
  return { ...result, columnTypes };
}
