import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '#catalogue/catalogue.js';
import { FencedError } from '#contracts/errors.js';
import { FileTaskInput } from '#contracts/file-task.js';
import type { OpenRun } from '#contracts/open-run.js';
import { type AskedTerms, termsOf } from '#contracts/run-terms.js';
import type { RunSchedule } from '#contracts/schedule.js';
import type { FileState } from '#contracts/states.js';
import type { TaskDefinition } from '#contracts/task.js';
import { asSetNow } from '#contracts/task-settings.js';
import { InvalidInputError, validate } from '#contracts/validate.js';
import { ViolationList } from '#contracts/violation-list.js';
import { type Pool, type Queryable, type Tx, transaction } from '#database/pool.js';
import {
  findKeyedRun,
  giveFilesToRun,
  type Invoker,
  type NewRun,
  newRunId,
  type RunOrigin,
  recordRun,
} from '#database/runs/record-run.js';
import { checkInput } from './check-input.js';

/** What starting a run needs. */
export interface StartDeps {
  readonly pool: Pool;
  readonly catalogue: Catalogue;
}

/** What a caller asks for when starting a task. */
export interface RunRequest extends AskedTerms {
  readonly input: unknown;
  readonly trigger: NewRun['trigger'];
  /** The same key for the same task, with the same input and terms, gives the same run, for as long as the run is on record. */
  readonly idempotencyKey?: string;
  readonly parent?: Invoker;
  /** The run that it repeats with another input. */
  readonly retryOf?: string;
  /** The schedule whose run it is. */
  readonly schedule?: RunSchedule;
  readonly origin?: RunOrigin | undefined;
}

/** An idempotency key was used before, for a request with other parameters. */
export class IdempotencyKeyReusedError extends Error {
  override readonly name = 'IdempotencyKeyReusedError';
  /** The run that used the key. */
  readonly runId: string;
  constructor(key: string, task: string, runId: string, differing: readonly string[]) {
    super(
      `the idempotencyKey ${JSON.stringify(key)} was used for run ${runId} of ${task}, with another ${differing.join(' and another ')}; ` +
        'expected the same parameters, or a key that was not used before',
    );
    this.runId = runId;
  }
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
 * @throws InvalidInputError with the faults of the input, IdempotencyKeyReusedError when the key belongs to another request
 */
export async function startRun(
  { pool, catalogue }: StartDeps,
  task: TaskDefinition,
  request: RunRequest,
): Promise<StartedRun> {
  // Before a connection is taken: most requests that are refused are refused here.
  const input = checkInput(catalogue, task, request.input);
  if (!task.source) return await recordRequest(pool, catalogue, task, { ...request, input });
  return await transaction(pool, (tx) => recordWithFiles(tx, catalogue, task, { ...request, input }));
}

/**
 * The same within a transaction of the caller's, which must not go on where this throws.
 * @throws as `startRun`
 */
export async function startRunWithin(
  tx: Tx,
  catalogue: Catalogue,
  task: TaskDefinition,
  request: RunRequest,
): Promise<StartedRun> {
  return await recordWithFiles(tx, catalogue, task, { ...request, input: checkInput(catalogue, task, request.input) });
}

async function recordWithFiles(
  tx: Tx,
  catalogue: Catalogue,
  task: TaskDefinition,
  request: RunRequest,
): Promise<StartedRun> {
  const started = await recordRequest(tx, catalogue, task, request);
  if (task.source && started.open) {
    const { files } = validate(FileTaskInput, request.input);
    await takeFiles(tx, started.id, task.source.name, files, request.parent !== undefined);
  }
  return started;
}

/** Records the run itself, with the terms that the task has now. Its input has been checked. */
async function recordRequest(
  db: Queryable,
  catalogue: Catalogue,
  task: TaskDefinition,
  request: RunRequest,
): Promise<StartedRun> {
  const { input, trigger, idempotencyKey, parent, retryOf, schedule, origin } = request;
  const { priority, delayMs, timeoutMs, retry, labels } = request;
  const requested: AskedTerms = { priority, delayMs, timeoutMs, retry, labels };
  const open = await recordRun(db, newRunId(), {
    ...termsOf(asSetNow(catalogue, task), requested),
    trigger,
    input,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: { text: idempotencyKey, requested } }),
    ...(parent === undefined ? {} : { parent }),
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(schedule === undefined ? {} : { schedule }),
    origin,
  });
  if (open) return { id: open.id, open };
  // The statement that found the key taken has waited for the transaction which took it, so its run can be seen here.
  if (idempotencyKey === undefined) return { id: await findByParent(db, parent) };
  return { id: await findByKey(db, task.name, idempotencyKey, input, requested) };
}

const termNames = ['priority', 'delayMs', 'timeoutMs', 'retry', 'labels'] as const satisfies (keyof AskedTerms)[];

/** The run that has the key, which must have been asked for in the same way. */
async function findByKey(db: Queryable, task: string, key: string, input: unknown, asked: AskedTerms): Promise<string> {
  const found = await findKeyedRun(db, task, key, input);
  if (!found) throw new Error(`the run of ${task} with key "${key}" was there a moment ago and is gone`);
  const { id, sameInput, requested } = found;
  const differing = [
    ...(sameInput ? [] : ['input']),
    ...termNames.filter((name) => requested !== null && !isDeepStrictEqual(requested[name], asked[name])),
  ];
  if (differing.length > 0) throw new IdempotencyKeyReusedError(key, task, id, differing);
  return id;
}

async function findByParent(db: Queryable, parent: Invoker | undefined): Promise<string> {
  const { rows } = await db.query<{ id: string }>('SELECT id FROM ops.run WHERE parent_id = $1 AND invoke_key = $2', [
    parent?.runId ?? null,
    parent?.key ?? null,
  ]);
  const found = rows[0];
  if (found) return found.id;
  throw new FencedError(
    `attempt ${parent?.attempt} of run ${parent?.runId} no longer holds it; it invokes nothing more`,
  );
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

/**
 * Ties files to a run.
 * @param isInvoked the files were listed by a body a moment ago: one that another run or a newer version has taken since
 * is left out, as it is when the run begins
 */
async function takeFiles(
  tx: Tx,
  runId: string,
  source: string,
  asked: readonly string[],
  isInvoked: boolean,
): Promise<void> {
  const { rows } = await tx.query<LedgerFile>(
    'SELECT id, state, source, current, sha256 FROM ops.file WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE',
    [asked],
  );
  const files = new Map(rows.map((row) => [row.id, row]));
  const violations = new ViolationList();
  const taken: bigint[] = [];
  for (const [index, id] of asked.entries()) {
    const file = files.get(id);
    const message = faultOf(file, source);
    if (message === undefined) taken.push(BigInt(id));
    else if (!isInvoked || file?.source !== source) violations.add(`/files/${index}`, `names file ${id}${message}`);
  }
  if (violations.count > 0) throw new InvalidInputError(violations);
  await giveFilesToRun(tx, runId, taken);
}

/** Why a run of a source's task cannot load the file; undefined when it can. */
function faultOf(file: LedgerFile | undefined, source: string): string | undefined {
  if (!file) return ', which the ledger does not know';
  if (file.source !== source) return ` of source ${file.source ?? 'none'}; this task loads ${source}`;
  if (file.current && loadable.includes(file.state) && file.sha256 !== null) return undefined;
  const state = file.current ? file.state : 'not the current version of its path';
  return `, which is ${state}; expected one of ${loadable.join(', ')}`;
}
