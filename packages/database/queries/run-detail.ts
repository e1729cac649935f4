import type { PrismaClient } from '../client.js';
import type { AttemptModel, WorkerModel } from '../generated/models.js';
import { type RunSummary, toRunSummary } from './runs.js';

/** No list inside a run's detail is longer than this; the counts beside them are complete. */
const maxShown = 100;

/** What an attempt records of its worker process. */
export interface WorkerName {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

type FoundAttempt = AttemptModel & { readonly worker: WorkerModel };

/** One try of a run. */
export interface RunAttempt {
  readonly number: number;
  readonly state: string;
  readonly worker: WorkerName;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly error: unknown;
  /** The version of the task's settings under which it began; null: none were set. */
  readonly settingsVersion: number | null;
}

/** A run with its input, output and history. */
export interface RunDetail extends RunSummary {
  readonly input: unknown;
  readonly output: unknown;
  /** The latest attempts, oldest first. */
  readonly attempts: RunAttempt[];
  /** The runs that it invoked, oldest first. */
  readonly children: {
    readonly id: string;
    readonly task: string;
    readonly state: string;
    readonly invokeKey: string | null;
    readonly createdAt: string;
    readonly endedAt: string | null;
  }[];
  readonly childCount: number;
  readonly stepCount: number;
  /** The files that it was given, in the order in which it loads them. */
  readonly files: {
    readonly id: string;
    readonly path: string;
    readonly version: number;
    readonly state: string;
    readonly ordinal: number;
    readonly outcome: string | null;
    readonly reason: string | null;
  }[];
  readonly fileCount: number;
}

/** One run, or undefined when the record does not know it. */
export async function findRun(prisma: PrismaClient, id: string): Promise<RunDetail | undefined> {
  const run = await prisma.run.findUnique({
    where: { id },
    include: {
      attempts: { include: { worker: true }, orderBy: { number: 'desc' }, take: maxShown },
      children: { orderBy: { id: 'asc' }, take: maxShown },
      runFiles: { include: { file: true }, orderBy: { ordinal: 'asc' }, take: maxShown },
      _count: { select: { children: true, steps: true, runFiles: true } },
    },
  });
  if (!run) return undefined;
  const { attempts, children, runFiles, _count: counts, input, output, ...rest } = run;
  return {
    ...toRunSummary(rest),
    input,
    output,
    attempts: attempts.reverse().map(toAttempt),
    children: children.map((child) => ({
      id: child.id,
      task: child.task,
      state: child.state,
      invokeKey: child.invokeKey,
      createdAt: child.createdAt.toISOString(),
      endedAt: child.endedAt?.toISOString() ?? null,
    })),
    childCount: counts.children,
    stepCount: counts.steps,
    files: runFiles.map(({ file, ordinal, outcome, reason }) => ({
      id: String(file.id),
      path: file.path,
      version: file.version,
      state: file.state,
      ordinal,
      outcome,
      reason,
    })),
    fileCount: counts.runFiles,
  };
}

/** One attempt of a run, or undefined when the record does not have it, or not any more. */
export async function findAttempt(
  prisma: PrismaClient,
  runId: string,
  number: number,
): Promise<RunAttempt | undefined> {
  const found = await prisma.attempt.findUnique({
    where: { runId_number: { runId, number } },
    include: { worker: true },
  });
  return found === null ? undefined : toAttempt(found);
}

function toAttempt({ number, state, worker, startedAt, endedAt, error, settingsVersion }: FoundAttempt): RunAttempt {
  return {
    number,
    state,
    worker: { id: worker.id, host: worker.host, pid: worker.pid },
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    error,
    settingsVersion,
  };
}
