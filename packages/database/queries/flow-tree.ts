import type { RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { type FlowAttempt, readFlowAttempts } from './flow-attempts.js';
import { type Page, type PageRequest, takePage } from './page.js';

/** Runs below one run, by their states. */
export interface FlowCounts {
  readonly total: number;
  readonly byState: Readonly<Record<RunState, number>>;
  /** False when there are so many that not all were counted. */
  readonly isComplete: boolean;
}

/** A run as the tree of a flow shows it. Times are ISO-8601 in UTC. */
export interface FlowNode {
  readonly id: string;
  readonly parentId: string | null;
  readonly task: string;
  /** Under which its parent invoked it. */
  readonly key: string | null;
  readonly state: RunState;
  readonly held: boolean;
  readonly attempt: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Milliseconds from the first start to the end, or until now; null before it. */
  readonly durationMs: number | null;
  readonly progress: { readonly done: number; readonly total: number | null } | null;
  /** Its latest attempts, oldest first; undefined when they were not asked for. */
  readonly attempts?: FlowAttempt[];
  readonly errorMessage: string | null;
  /** Runs that it has invoked. */
  readonly childCount: number;
  /** All runs below it. */
  readonly below: FlowCounts;
  /** The first of its children; undefined when they are not shown here. */
  readonly children?: Page<FlowNode, string>;
}

/** The tree of a flow from one run down. */
export interface FlowTree {
  readonly run: FlowNode;
  /** Its children, or the runs below it that are in the states asked for. */
  readonly page: Page<FlowNode, string>;
}

/** What of a flow is wanted. */
export interface FlowRequest extends PageRequest<string> {
  /** Levels below the run; 1: its children. */
  readonly depth: number;
  /** Given: not the tree but a list of all runs below the run that are in one of these states. */
  readonly states?: readonly RunState[] | undefined;
  /** Attempts of each run as well. */
  readonly withAttempts?: boolean;
}

/** Children of a node that is not the first one. */
const maxInlined = 20;
/** Nodes of one answer beside those of the page that was asked for. */
const maxInlinedNodes = 500;
/** Runs that are counted below the run that was asked for, and below the nodes of one answer together. */
const maxCounted = 100_000;

interface NodeRow
  extends Omit<FlowNode, 'progress' | 'attempts' | 'below' | 'children' | 'createdAt' | 'startedAt' | 'endedAt'> {
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly done: string | null;
  readonly total: string | null;
}

/** Of the run `r`. The primary key is no way to find children: the server would look through all runs since. */
const nodeColumns = `r.id, r.parent_id AS "parentId", r.task, r.invoke_key AS key, r.state, r.held, r.attempt,
  r.created_at AS "createdAt", r.started_at AS "startedAt", r.ended_at AS "endedAt",
  (extract(epoch FROM COALESCE(r.ended_at, clock_timestamp()) - r.started_at) * 1000)::float8 AS "durationMs",
  r.progress_done AS done, r.progress_total AS total, r.error->>'message' AS "errorMessage",
  (SELECT count(*)::int FROM ops.run c WHERE c.parent_id = r.id) AS "childCount"`;

/**
 * Reads the tree of a flow from one run down: what it takes grows with the number of runs in the flow, not with all that are
 * recorded.
 * @param db one transaction, so that counts and nodes are of one moment
 * @returns undefined when the record does not know the run
 */
export async function readFlow(db: Queryable, id: string, request: FlowRequest): Promise<FlowTree | undefined> {
  const { rows } = await db.query<NodeRow & { rootId: string }>(
    `SELECT ${nodeColumns}, r.root_id AS "rootId" FROM ops.run r WHERE r.id = $1`,
    [id],
  );
  const [found] = rows;
  if (!found) return undefined;
  const { rootId, ...row } = found;
  const below = rootId === id ? await countFlow(db, id) : undefined;
  const children =
    request.states === undefined
      ? await readChildren(db, [id], request)
      : await findBelow(db, { id, rootId }, request.states, request);
  const levels = [children];
  const depth = request.states === undefined ? request.depth : 1;
  let left = maxInlinedNodes;
  for (let level = 2; level <= depth && left > 0; level += 1) {
    const parents = (levels.at(-1) ?? []).filter((node) => node.childCount > 0).slice(0, Math.floor(left / maxInlined));
    if (parents.length === 0) break;
    const inlined = await readChildren(
      db,
      parents.map((node) => node.id),
      { limit: maxInlined },
    );
    left -= inlined.length;
    levels.push(inlined);
  }
  const rest = [...(below ? [] : [row]), ...levels.flat()].filter((node) => node.childCount > 0);
  const counts = await countBelow(
    db,
    rest.map((node) => node.id),
  );
  const attempts =
    request.withAttempts === true
      ? await readFlowAttempts(
          db,
          [row, ...levels.flat()].map((node) => node.id),
        )
      : undefined;
  const toNode = nodeMaker(levels.slice(1), counts, attempts);
  return {
    run: { ...toNode(row), ...(below ? { below } : {}) },
    page: takePage(children, request.limit, toNode, ({ id: position }) => position),
  };
}

/** Makes nodes of rows, with their children where those were read. */
function nodeMaker(
  inlined: readonly (readonly NodeRow[])[],
  counts: ReadonlyMap<string, FlowCounts>,
  attempts: ReadonlyMap<string, FlowAttempt[]> | undefined,
) {
  const children = new Map<string, NodeRow[]>();
  for (const row of inlined.flat()) {
    const siblings = children.get(row.parentId ?? '');
    if (siblings) siblings.push(row);
    else children.set(row.parentId ?? '', [row]);
  }
  const toNode = ({ done, total, createdAt, startedAt, endedAt, ...row }: NodeRow): FlowNode => {
    const own = children.get(row.id);
    return {
      ...row,
      createdAt: createdAt.toISOString(),
      startedAt: startedAt?.toISOString() ?? null,
      endedAt: endedAt?.toISOString() ?? null,
      progress: done === null ? null : { done: Number(done), total: total === null ? null : Number(total) },
      ...(attempts ? { attempts: attempts.get(row.id) ?? [] } : {}),
      below: counts.get(row.id) ?? none,
      ...(own ? { children: takePage(own, maxInlined, toNode, ({ id }) => id) } : {}),
    };
  };
  return toNode;
}

/** The first children of some runs, one more of each than is shown so that it is known whether there are others. */
async function readChildren(
  db: Queryable,
  parents: readonly string[],
  { after, limit }: PageRequest<string>,
): Promise<NodeRow[]> {
  const { rows } = await db.query<NodeRow>(
    `SELECT ${nodeColumns}
     FROM unnest($1::uuid[]) WITH ORDINALITY AS parent (id, nth), LATERAL (
       WITH children AS MATERIALIZED (
         SELECT c.id FROM ops.run c WHERE c.parent_id = parent.id AND ($2::uuid IS NULL OR c.id > $2)
       ) SELECT id FROM children ORDER BY id LIMIT $3
     ) child JOIN ops.run r ON r.id = child.id
     ORDER BY parent.nth, r.id`,
    [parents, after ?? null, limit + 1],
  );
  return rows;
}

/** A page of the runs below a run that are in one of the states, oldest first. */
async function findBelow(
  db: Queryable,
  { id, rootId }: { readonly id: string; readonly rootId: string },
  states: readonly RunState[],
  { after, limit }: PageRequest<string>,
): Promise<NodeRow[]> {
  const { rows } = await db.query<NodeRow>(
    `WITH found AS MATERIALIZED (
       SELECT f.id FROM ops.run f
       WHERE f.root_id = $1 AND f.parent_id IS NOT NULL AND f.state = ANY ($2::ops.run_state[])
         AND ($3::uuid IS NULL OR f.id > $3)
         AND ($1 = $4::uuid OR EXISTS (
           WITH RECURSIVE above AS (
             SELECT f.parent_id AS id
             UNION ALL
             SELECT p.parent_id FROM above JOIN ops.run p ON p.id = above.id WHERE p.parent_id IS NOT NULL
           ) SELECT FROM above WHERE above.id = $4))
     ), page AS MATERIALIZED (
       SELECT id FROM found ORDER BY id LIMIT $5
     )
     SELECT ${nodeColumns} FROM page JOIN ops.run r ON r.id = page.id ORDER BY r.id`,
    [rootId, states, after ?? null, id, limit + 1],
  );
  return rows;
}

interface CountRow {
  readonly id: string;
  readonly state: RunState;
  readonly runs: number;
}

/** The runs below the root of a flow. */
async function countFlow(db: Queryable, rootId: string): Promise<FlowCounts> {
  const { rows } = await db.query<CountRow>(
    `SELECT state, count(*)::int AS runs
     FROM (SELECT state FROM ops.run WHERE root_id = $1 AND parent_id IS NOT NULL LIMIT $2) below GROUP BY state`,
    [rootId, maxCounted + 1],
  );
  return toCounts(rows);
}

/** The runs below each of some runs. */
async function countBelow(db: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, FlowCounts>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<CountRow>(
    `WITH RECURSIVE below AS (
       SELECT seed.id AS seed, c.id, c.state FROM unnest($1::uuid[]) AS seed (id) JOIN ops.run c ON c.parent_id = seed.id
       UNION ALL
       SELECT below.seed, c.id, c.state FROM below JOIN ops.run c ON c.parent_id = below.id
     )
     SELECT seed AS id, state, count(*)::int AS runs FROM (SELECT * FROM below LIMIT $2) bounded GROUP BY seed, state`,
    [ids, maxCounted + 1],
  );
  const isComplete = rows.reduce((sum, { runs }) => sum + runs, 0) <= maxCounted;
  return new Map(ids.map((id) => [id, { ...toCounts(rows.filter((row) => row.id === id)), isComplete }]));
}

function toCounts(rows: readonly Pick<CountRow, 'state' | 'runs'>[]): FlowCounts {
  const total = rows.reduce((sum, { runs }) => sum + runs, 0);
  const runsOf = (state: RunState): number => rows.find((row) => row.state === state)?.runs ?? 0;
  const byState = {
    queued: runsOf('queued'),
    delayed: runsOf('delayed'),
    waiting: runsOf('waiting'),
    running: runsOf('running'),
    succeeded: runsOf('succeeded'),
    failed: runsOf('failed'),
    cancelled: runsOf('cancelled'),
  };
  return { total, byState, isComplete: total <= maxCounted };
}

const none = toCounts([]);
