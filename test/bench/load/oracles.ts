import type pg from 'pg';
import { finalRunStates } from '#contracts/states.js';
import { type SampleOracles, sampleOracles } from '#samples/data-sample-oracles.js';
import { whole } from './report.js';
import { tableName } from './table.js';

/** Begins the line of an answer that is wrong. */
export const wrongMark = '✘';

/** What the table holds, counted a day at a time. */
interface Counted {
  rows: number;
  distinctRows: number;
  expire87: number;
  expire88: number;
  expire89: number;
  /** Different `create_at`: minutes, and so files. */
  minutes: number;
  readonly rowsPerDay: Map<string, number>;
}

/** Number of files that have every product among them, as chance would have it not to in one of 10^13 folders. */
const filesWithAllProducts = 20;

/**
 * Compares the loaded rows, the ledger and the runs with everything that is known about the files beforehand.
 * @returns a line for each question: what was expected and what came
 */
export async function checkOracles(client: pg.Client, files: number): Promise<string[]> {
  const expected = sampleOracles(files);
  const begin = performance.now();
  const got = await countByDay(client, expected);
  const all = `SELECT count(*) AS n FROM ${tableName}`;
  const distinct = (column: string): Promise<number> =>
    one(client, `SELECT count(*) AS n FROM (SELECT ${column} FROM ${tableName} GROUP BY 1) each`);
  const questions: readonly (readonly [what: string, expected: number, got: number])[] = [
    ['rows', expected.rows, await one(client, all)],
    ['rows of the known days', expected.rows, got.rows],
    ['distinct rows', expected.distinctRows, got.distinctRows],
    ['product_expire − create_at = 87 days', expected.expire87, got.expire87],
    ['product_expire − create_at = 88 days', expected.expire88, got.expire88],
    ['product_expire − create_at = 89 days', expected.expire89, got.expire89],
    ['distinct create_at', files, got.minutes],
    ['days with the expected rows', expected.rowsPerDay.size, daysAlike(expected, got)],
    ['departments', 100, await distinct('department_name')],
    ['sensors', 1876, await distinct('sensor_serial')],
    ...(files < filesWithAllProducts ? [] : [['products', 1000, await distinct('product_name')] as const]),
    ['files loaded', files, await one(client, `SELECT count(*) AS n FROM ops.file WHERE state = 'loaded'`)],
    ['files in another state', 0, await one(client, `SELECT count(*) AS n FROM ops.file WHERE state <> 'loaded'`)],
    ['rows in the ledger', expected.rows, await one(client, 'SELECT sum(rows) AS n FROM ops.file')],
    ['runs not succeeded', 0, await one(client, `SELECT count(*) AS n FROM ops.run WHERE state <> 'succeeded'`)],
    ['open runs', 0, await one(client, openRuns, [finalRunStates])],
  ];
  const wrong = questions.filter(([, wanted, found]) => wanted !== found);
  return [
    `oracles: ${questions.length - wrong.length} of ${questions.length} right (${((performance.now() - begin) / 1000).toFixed(0)} s)`,
    ...questions.map(([what, wanted, found]) =>
      wanted === found
        ? `  ✔ ${what}: ${whole(found)}`
        : `  ${wrongMark} ${what}: expected ${whole(wanted)}, got ${whole(found)}`,
    ),
  ];
}

const openRuns = 'SELECT count(*) AS n FROM ops.run WHERE state <> ALL ($1::ops.run_state[])';

async function one(client: pg.Client, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await client.query<{ n: string | null }>(sql, values);
  return Number(rows[0]?.n ?? 0);
}

/** A day at a time, so that the grouping of rows stays within the memory and the disk of a small machine. */
async function countByDay(client: pg.Client, expected: SampleOracles): Promise<Counted> {
  const sum: Counted = {
    rows: 0,
    distinctRows: 0,
    expire87: 0,
    expire88: 0,
    expire89: 0,
    minutes: 0,
    rowsPerDay: new Map(),
  };
  for (const day of expected.rowsPerDay.keys()) {
    const { rows } = await client.query<Record<keyof Omit<Counted, 'rowsPerDay'>, string | null>>(
      `SELECT sum(n) AS "rows", count(*) AS "distinctRows",
         sum(n) FILTER (WHERE product_expire - create_at = interval '87 days') AS "expire87",
         sum(n) FILTER (WHERE product_expire - create_at = interval '88 days') AS "expire88",
         sum(n) FILTER (WHERE product_expire - create_at = interval '89 days') AS "expire89",
         count(DISTINCT create_at) AS "minutes"
       FROM (SELECT create_at, product_expire, count(*) AS n FROM ${tableName}
             WHERE create_at >= $1::timestamp AND create_at < $1::timestamp + interval '1 day'
             GROUP BY department_name, sensor_serial, create_at, product_name, product_expire) each`,
      [day],
    );
    const [found] = rows;
    for (const name of ['rows', 'distinctRows', 'expire87', 'expire88', 'expire89', 'minutes'] as const) {
      sum[name] += Number(found?.[name] ?? 0);
    }
    sum.rowsPerDay.set(day, Number(found?.rows ?? 0));
  }
  return sum;
}

function daysAlike(expected: SampleOracles, got: Counted): number {
  return [...expected.rowsPerDay].filter(([day, rows]) => got.rowsPerDay.get(day) === rows).length;
}
