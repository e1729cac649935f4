import type pg from 'pg';
import type { Pool } from '#database/pool.js';

/** A step of a plan that reads a table. */
export interface Scan {
  /** `Seq Scan`, `Index Only Scan`, and so on. */
  readonly kind: string;
  readonly table: string;
  readonly index: string | undefined;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** The steps of a statement's plan that read tables; subqueries included. */
export async function scansOf(
  client: Pick<pg.ClientBase, 'query'>,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Scan[]> {
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(`EXPLAIN (FORMAT JSON) ${sql}`, [...values]);
  const scans: Scan[] = [];
  const walk = (plan: Plan): void => {
    const { 'Node Type': kind, 'Relation Name': table, 'Index Name': index } = plan;
    if (table !== undefined || index !== undefined) scans.push({ kind, table: table ?? '', index });
    for (const below of plan.Plans ?? []) walk(below);
  };
  const top = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (top) walk(top);
  return scans;
}

/**
 * A pool whose transactions explain each query before they do it, with the settings and the values that it has; those of the
 * catalogue are left out.
 * @param scans gets the steps that read tables
 */
export function explainingPool(pool: Pool, scans: Scan[]): Pool {
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await pool.connect();
    const query = async (sql: string | pg.QueryConfig, values?: readonly unknown[]) => {
      const { text, values: own } = typeof sql === 'string' ? { text: sql, values } : sql;
      if (/^\s*(SELECT|WITH)\b/.test(text) && !text.includes('pg_class'))
        scans.push(...(await scansOf(client, text, own)));
      return await client.query(sql, values === undefined ? undefined : [...values]);
    };
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') return query;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  };
  return new Proxy(pool, { get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name)) });
}
