import type { TaskDefinition } from '#contracts/task.js';
import type { Queryable } from '../pool.js';
import { storableJson } from '../storable.js';

/**
 * Writes down the tasks that this worker knows, in one statement. Those that it does not know are kept and marked as
 * removed; one that comes back is marked no more.
 */
export async function recordTasks(db: Queryable, tasks: readonly TaskDefinition[]): Promise<void> {
  const rows = tasks.map(
    ({ name, description, queue, source, followedBy, input, output, retry, timeoutMs, priority }) => ({
      ...{
        name,
        description,
        queue,
        source: source?.name,
        followed_by: followedBy,
        input_schema: input,
        output_schema: output,
      },
      ...{ retry, timeout_ms: timeoutMs, priority },
    }),
  );
  await db.query(
    `WITH known AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1::json) AS known (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})
     ), written AS (
       INSERT INTO ops.task AS t (${names}) SELECT ${names} FROM known ORDER BY name
       ON CONFLICT (name) DO UPDATE SET (${names}, removed_at, updated_at) = (${excluded}, NULL, now())
       WHERE t.removed_at IS NOT NULL OR (${of('t')}) IS DISTINCT FROM (${excluded})
     )
     UPDATE ops.task t SET removed_at = now(), updated_at = now()
     WHERE t.removed_at IS NULL AND NOT EXISTS (SELECT FROM known WHERE known.name = t.name)`,
    [storableJson(rows)],
  );
}

const columns = [
  { name: 'name', type: 'text' },
  { name: 'description', type: 'text' },
  { name: 'queue', type: 'text' },
  { name: 'source', type: 'text' },
  { name: 'followed_by', type: 'text' },
  { name: 'input_schema', type: 'jsonb' },
  { name: 'output_schema', type: 'jsonb' },
  { name: 'retry', type: 'jsonb' },
  { name: 'timeout_ms', type: 'int' },
  { name: 'priority', type: 'int' },
] as const;

const of = (table: string): string => columns.map(({ name }) => `${table}.${name}`).join(', ');
const names = columns.map(({ name }) => name).join(', ');
const excluded = of('excluded');
