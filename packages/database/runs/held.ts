/**
 * CTEs that let go of held runs: as many of a window as runs of it have ended. They come by id, and one that somebody has
 * locked is left to the reconciler. `released` has the columns id, task, queue, priority, parent_id, and end_id: the run
 * whose end let it go.
 * @param ended a table expression of runs that were under way and have ended: id, parent_id, invoke_window
 */
export const releaseHeld = (ended: string): string => `next AS (
    SELECT next.id, freed.ends[next.nth] AS end_id
    FROM (SELECT parent_id, invoke_window, array_agg(id) AS ends FROM ${ended} AS ended
          WHERE invoke_window IS NOT NULL GROUP BY parent_id, invoke_window) freed,
      LATERAL (SELECT id, row_number() OVER () AS nth
               FROM (SELECT id FROM ops.run h WHERE h.parent_id = freed.parent_id
                       AND h.invoke_window = freed.invoke_window AND h.held
                     ORDER BY h.id LIMIT cardinality(freed.ends) FOR NO KEY UPDATE SKIP LOCKED) h) next
  ), released AS (
    UPDATE ops.run r SET held = false, updated_at = now() FROM next WHERE r.id = next.id
    RETURNING r.id, r.task, r.queue, r.priority, r.parent_id, next.end_id
  )`;

/** The JSON of a released run, see OpenRun; `parent` is its parent. */
export const releasedRun = `json_build_object(
    'id', released.id, 'task', released.task, 'queue', released.queue, 'priority', released.priority, 'delayMs', 0,
    'parent', json_build_object('id', parent.id, 'queue', parent.queue))`;
