import { spawnSync } from 'node:child_process';
import pg from 'pg';

/** A statement; `alone` where it cannot stand in a transaction. All others are rolled back. */
export interface Statement {
  readonly sql: string;
  readonly alone?: boolean;
}

/** Whether psql is here; else the same is asked through node's pg, which is another client and no proof about psql. */
export const hasPsql = spawnSync('psql', ['--version']).status === 0;

/**
 * What becomes of each statement, tried by itself in one session: its SQLSTATE, `00000` for success.
 * @throws Error when the session cannot be opened
 */
export const sqlStates = (url: string, statements: readonly Statement[]): Promise<string[]> =>
  hasPsql ? statesByPsql(url, statements) : statesByPg(url, statements);

async function statesByPsql(url: string, statements: readonly Statement[]): Promise<string[]> {
  const script = statements.flatMap(({ sql, alone }) => [
    ...(alone ? [] : ['BEGIN;']),
    `${sql};`,
    '\\echo @state :SQLSTATE',
    ...(alone ? [] : ['ROLLBACK;']),
  ]);
  const { status, stdout, stderr } = spawnSync('psql', [url, '-X', '-q'], {
    input: `${script.join('\n')}\n`,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  const states = [...stdout.matchAll(/^@state (\w{5})$/gm)].map(([, state = '']) => state);
  if (status === 0 && states.length === statements.length) return states;
  throw new Error(`psql ended with ${status} after ${states.length} of ${statements.length} statements: ${stderr}`);
}

async function statesByPg(url: string, statements: readonly Statement[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const states: string[] = [];
  for (const { sql, alone } of statements) {
    if (!alone) await client.query('BEGIN');
    states.push(await client.query(sql).then(() => '00000', stateOf));
    if (!alone) await client.query('ROLLBACK');
  }
  await client.end();
  return states;
}

function stateOf(error: unknown): string {
  if (error instanceof pg.DatabaseError && error.code !== undefined) return error.code;
  throw error;
}
