import type { FastifyRequest } from 'fastify';
import type { Catalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { discardFile, findOpenRun, replayFile, type StateChange } from '#database/ledger/replay.js';
import { findFile } from '#database/queries/files.js';
import { originOf } from '../auth/client.js';
import type { ApiDeps } from '../deps.js';
import { notFound, wrongState } from '../http/problem.js';
import { requestRun } from '../runs/request-run.js';

/**
 * Loads a file once more because a person wants it.
 * @throws HttpProblem 404 when there is no such file, 409 when its state does not allow it
 */
export async function replayRequested(deps: ApiDeps, id: string, request: FastifyRequest): Promise<void> {
  const change = await replayFile(deps.pool, id, originOf(request).actor);
  if (change.kind === 'changed') return;
  if (change.kind === 'refused' && change.state === 'loaded' && change.current) return await reload(deps, id, request);
  throw refusal(change, id, 'replayed', 'quarantined, duplicate, discarded, loaded or waiting for other files');
}

/**
 * Puts a quarantined file aside because a person wants it.
 * @throws HttpProblem 404 when there is no such file, 409 when it is neither quarantined nor waiting
 */
export async function discardRequested({ pool }: ApiDeps, id: string, request: FastifyRequest): Promise<void> {
  const change = await discardFile(pool, id, originOf(request).actor);
  if (change.kind !== 'changed') throw refusal(change, id, 'discarded', 'quarantined or waiting for other files');
}

/** A loaded file keeps its rows until a run has the new ones, so it gets that run now. */
async function reload(deps: ApiDeps, id: string, request: FastifyRequest): Promise<void> {
  const { pool, catalogue } = deps;
  const file = await findFile(pool, id);
  const task = file && taskOfSource(catalogue, file.source);
  if (!task) throw wrongState(`file ${id} cannot be loaded again: no task takes files of its source any more`);
  const open = await findOpenRun(pool, id);
  if (open !== undefined) throw wrongState(`file ${id} is being loaded again already, by run ${open}`);
  await requestRun(deps, task, { input: { files: [id] }, trigger: 'replay', origin: originOf(request) }, request.log);
}

function taskOfSource(catalogue: Catalogue, source: string | null): TaskDefinition | undefined {
  return [...catalogue.values()].find((task) => task.source !== undefined && task.source.name === source);
}

function refusal(change: Exclude<StateChange, { kind: 'changed' }>, id: string, done: string, wanted: string): Error {
  if (change.kind === 'unknown') return notFound(`no file has the id ${id}`);
  const { state, current } = change;
  return wrongState(
    current
      ? `file ${id} is ${state}; only one that is ${wanted} can be ${done}`
      : `file ${id} is an old version of its path; only the current one can be ${done}`,
  );
}
