import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';

const SupervisorFile = Type.Object({
  processes: Type.Array(
    Type.Object({
      name: Type.String(),
      pid: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
      state: Type.String(),
      restarts: Type.Optional(Type.Integer()),
      lastExit: Type.Optional(Type.Unknown()),
    }),
  ),
});

/** A process of this machine, as its supervisor last wrote it down. */
export type SupervisedProcess = Static<typeof SupervisorFile>['processes'][number];

/** What the supervisor wrote into the data folder; undefined when there is none, or the file is not as expected. */
export async function readProcesses(dataDir: string): Promise<SupervisedProcess[] | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(join(dataDir, 'supervisor.json'), 'utf8'));
    return Check(SupervisorFile, content) ? content.processes : undefined;
  } catch {
    // Started without a supervisor, or it is just writing the file.
    return undefined;
  }
}
