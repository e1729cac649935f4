import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/**
 * States of a supervised process. It goes `starting → running` when it announces that it is ready, and from any state
 * to `restarting` when it ends by itself (then `starting` again after the backoff); `stopping → stopped` is for good.
 */
export const processStates = ['starting', 'running', 'restarting', 'stopping', 'stopped'] as const;

const processSchema = Type.Object({
  /** For example `worker-2`. */
  name: Type.String(),
  state: Type.Enum([...processStates]),
  /** When it entered that state, ISO-8601. */
  since: Type.String(),
  pid: Type.Union([Type.Integer(), Type.Null()]),
  /** What distinguishes this process from a later one with the same number (`describeProcess`). */
  identity: Type.Union([Type.String(), Type.Null()]),
  /** How often it was started again since the supervisor started. */
  restarts: Type.Integer(),
  /** How it ended last, for example `SIGKILL` or `exit code 1`, and when. */
  lastExit: Type.Union([Type.Object({ reason: Type.String(), at: Type.String() }), Type.Null()]),
});

const stateSchema = Type.Object({
  pid: Type.Integer(),
  startedAt: Type.String(),
  processes: Type.Array(processSchema),
});

export type ProcessState = Static<typeof processSchema>;

/** What the supervisor knows about the processes, as it writes it for the others to read. */
export type SupervisorState = Static<typeof stateSchema>;

const pathIn = (dataDir: string): string => join(dataDir, 'supervisor.json');

/** Writes the state so that a reader sees the old or the new one, nothing in between. */
export function writeSupervisorState(dataDir: string, state: SupervisorState): void {
  const path = pathIn(dataDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/**
 * The state that the supervisor of this data folder wrote last; undefined when there is none (an app that was started
 * by itself) or it is not to be understood.
 */
export function readSupervisorState(dataDir: string): SupervisorState | undefined {
  try {
    const state: unknown = JSON.parse(readFileSync(pathIn(dataDir), 'utf8'));
    return Value.Check(stateSchema, state) ? state : undefined;
  } catch {
    return undefined;
  }
}
