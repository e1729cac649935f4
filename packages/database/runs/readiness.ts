import type { Queryable } from '../pool.js';

/**
 * Of the run `r`: whether it has invoked runs that have not ended. Not as EXISTS, for which the server may gather all open
 * runs of all parents first.
 */
export const hasOpenChildren = `((SELECT true FROM ops.run child WHERE child.parent_id = r.id
  AND child.state IN ('queued', 'delayed', 'waiting', 'running') LIMIT 1) IS NOT NULL)`;

/**
 * Of the run `r`: whether one of the invocations that it waits for is complete.
 * @param awaited a table expression with the `name` of those that are looked at, see `Run.awaits` in the schema. The names
 * between it and the one after it are the keys of its runs.
 */
export const hasComplete = (awaited: string): string => `((SELECT true FROM ${awaited}
  WHERE (SELECT true FROM ops.run child WHERE child.parent_id = r.id
      AND child.invoke_key COLLATE "C" >= awaited.name
      AND child.invoke_key COLLATE "C" < CASE WHEN awaited.name LIKE '%/' THEN left(awaited.name, -1) || '0'
        ELSE awaited.name || chr(1) END
      AND child.state IN ('queued', 'delayed', 'waiting', 'running') LIMIT 1) IS NULL
  LIMIT 1) IS NOT NULL)`;

/** Of the run `r`, which waits: whether it may go on. */
export const mayGoOn = `(NOT ${hasOpenChildren}
  OR ${hasComplete('jsonb_array_elements_text(r.awaits) AS awaited (name)')})`;

/**
 * Lets no delayed run wait for longer from now than its whole delay was to take, which it would when the database's clock
 * was set back meanwhile.
 * @param runIds all delayed runs if not given
 */
export async function boundDelays(db: Queryable, runIds?: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE ops.run SET available_at = now() + delay_ms * interval '1 millisecond', updated_at = now()
     WHERE state = 'delayed' AND available_at > now() + delay_ms * interval '1 millisecond'
       AND ($1::uuid[] IS NULL OR id = ANY ($1))`,
    [runIds ?? null],
  );
}
