import { FaultList } from '#contracts/fault-list.js';
import { FileTaskInput } from '#contracts/file-task.js';
import type { OpenRun } from '#contracts/open-run.js';
import type { FileState } from '#contracts/states.js';
import type { TaskDefinition } from '#contracts/task.js';
import { InvalidInputError, validate } from '#contracts/validate.js';
import { type Pool, type Tx, transaction } from '#database/pool.js';
import { giveFilesToRun, type Invoker, type NewRun, newRunId, recordRun } from '#database/runs/record-run.js';

/** What a caller asks for when starting a task. */
export interface RunRequest {
  readonly input: unknown;
  readonly trigger: NewRun['trigger'];
  /** The same key for the same task gives the same run, for as long as the run is on record. */
  readonly idempotencyKey?: string;
  readonly priority?: number;
  readonly delayMs?: number;
  readonly parent?: Invoker;
}

/** The run that answers a request. */
export interface StartedRun {
  readonly id: string;
  /** What the carrier needs, when the run is new. */
  readonly open?: OpenRun;
}

/**
 * Records a run of a task, its files tied to it, in one transaction. Its job is the caller's to add; if that fails the
 * reconciler adds it.
 * @throws InvalidInputError with the faults of the input
 */
export async function startRun(pool: Pool, task: TaskDefinition, request: RunRequest): Promise<StartedRun> {
  const input = validate(task.input, request.input);
  const { idempotencyKey, parent } = request;
  return await transaction(pool, async (tx) => {
    const open = await recordRun(tx, newRunId(), {
      task: task.name,
      queue: task.queue,
      trigger: request.trigger,
      input,
      priority: request.priority ?? task.priority,
      maxAttempts: task.retry.attempts,
      ...(request.delayMs === undefined ? {} : { delayMs: request.delayMs }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(parent === undefined ? {} : { parent }),
    });
    if (!open) return { id: await findByKey(tx, task.name, idempotencyKey, parent) };
    if (task.source) await takeFiles(tx, open.id, task.source.name, validate(FileTaskInput, input));
    return { id: open.id, open };
  });
}

async function findByKey(tx: Tx, task: string, key: string | undefined, parent: Invoker | undefined): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM ops.run WHERE (task = $1 AND idempotency_key = $2) OR (parent_id = $3 AND invoke_key = $4)',
    [task, key ?? null, parent?.runId ?? null, parent?.key ?? null],
  );
  const found = rows[0];
  if (!found) throw new Error(`the run of ${task} with key "${key ?? parent?.key}" was there a moment ago and is gone`);
  return found.id;
}

/** States from which a file may be given to a run on demand. */
const loadable: readonly FileState[] = ['settled', 'loaded', 'duplicate', 'quarantined', 'discarded'];

interface LedgerFile {
  readonly id: string;
  readonly state: FileState;
  readonly source: string | null;
  readonly current: boolean;
  readonly sha256: string | null;
}

async function takeFiles(tx: Tx, runId: string, source: string, input: FileTaskInput): Promise<void> {
  const { rows } = await tx.query<LedgerFile>(
    'SELECT id, state, source, current, sha256 FROM ops.file WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE',
    [input.files],
  );
  const files = new Map(rows.map((row) => [row.id, row]));
  const faults = new FaultList();
  for (const [index, id] of input.files.entries()) {
    const message = faultOf(files.get(id), source);
    if (message !== undefined) faults.add(`/files/${index}`, `names file ${id}${message}`);
  }
  if (faults.count > 0) throw new InvalidInputError(faults);
  await giveFilesToRun(tx, runId, input.files.map(BigInt));
}

/** Why a run of a source's task cannot load the file; undefined when it can. */
function faultOf(file: LedgerFile | undefined, source: string): string | undefined {
  if (!file) return ', which the ledger does not know';
  if (file.source !== source) return ` of source ${file.source ?? 'none'}; this task loads ${source}`;
  if (file.current && loadable.includes(file.state) && file.sha256 !== null) return undefined;
  const state = file.current ? file.state : 'not the current version of its path';
  return `, which is ${state}; expected one of ${loadable.join(', ')}`;
}
