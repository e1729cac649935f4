import type { PrismaClient } from '../client.js';
import type { Queryable } from '../pool.js';
import { findFile, type LedgerFile } from './files.js';
import { findAttempt, type WorkerName } from './run-detail.js';

/** No list inside a file's detail is longer than this. */
const maxShown = 100;

/** A file with its history. */
export interface FileDetail extends LedgerFile {
  /** For a duplicate: the file whose rows stand for its bytes. */
  readonly duplicateOf: { readonly id: string; readonly path: string } | null;
  /** The first rows that it waits for: the dataset and the row's key there. */
  readonly waitsFor: { readonly dataset: string; readonly key: string }[];
  /** All versions of the path, newest first, this one among them. */
  readonly versions: {
    readonly id: string;
    readonly version: number;
    readonly current: boolean;
    readonly state: string;
    readonly sha256: string | null;
    readonly seenAt: string;
  }[];
  /** The runs that were given this file, newest first, and what became of it in each. */
  readonly runs: {
    readonly id: string;
    readonly task: string;
    readonly state: string;
    readonly trigger: string;
    readonly outcome: string | null;
    readonly reason: string | null;
    readonly createdAt: string;
    readonly endedAt: string | null;
  }[];
  /** The attempt that decided the file's state, and its worker. */
  readonly decidedBy: { readonly runId: string; readonly attempt: number; readonly worker: WorkerName } | null;
  /** The first parts that could not be taken; `rejects` is their number. */
  readonly rejected: {
    readonly ordinal: number;
    /** Position of its first byte in the file, where known. */
    readonly byteOffset: number | null;
    readonly reason: string;
    readonly content: string;
  }[];
}

/** One file with its history, or undefined when the ledger does not know it. */
export async function findFileDetail(db: Queryable, prisma: PrismaClient, id: string): Promise<FileDetail | undefined> {
  const file = await findFile(db, id);
  if (!file) return undefined;
  const [versions, history, decidedBy] = await Promise.all([
    prisma.file.findMany({ where: { path: file.path }, orderBy: { version: 'desc' }, take: maxShown }),
    prisma.file.findUnique({
      where: { id: BigInt(id) },
      select: {
        duplicateOf: { select: { id: true, path: true } },
        runs: {
          include: { run: { omit: { input: true, output: true } } },
          orderBy: { runId: 'desc' },
          take: maxShown,
        },
        rejected: { orderBy: { ordinal: 'asc' }, take: maxShown },
        waits: { orderBy: [{ dataset: 'asc' }, { key: 'asc' }], take: maxShown },
      },
    }),
    findDecider(prisma, file),
  ]);
  return {
    ...file,
    duplicateOf: history?.duplicateOf ? { id: String(history.duplicateOf.id), path: history.duplicateOf.path } : null,
    waitsFor: file.waiting ? (history?.waits ?? []).map(({ dataset, key }) => ({ dataset, key })) : [],
    versions: versions.map((each) => ({
      id: String(each.id),
      version: each.version,
      current: each.current,
      state: each.state,
      sha256: each.sha256,
      seenAt: each.seenAt.toISOString(),
    })),
    runs: (history?.runs ?? []).map(({ run, outcome, reason }) => ({
      id: run.id,
      task: run.task,
      state: run.state,
      trigger: run.trigger,
      outcome,
      reason,
      createdAt: run.createdAt.toISOString(),
      endedAt: run.endedAt?.toISOString() ?? null,
    })),
    decidedBy,
    rejected: (history?.rejected ?? []).map(({ ordinal, byteOffset, reason, content }) => ({
      ordinal,
      byteOffset: byteOffset === null ? null : Number(byteOffset),
      reason,
      content,
    })),
  };
}

async function findDecider(prisma: PrismaClient, file: LedgerFile): Promise<FileDetail['decidedBy']> {
  const { runId, attempt } = file;
  if (runId === null || attempt === null) return null;
  const found = await findAttempt(prisma, runId, attempt);
  return found ? { runId, attempt, worker: found.worker } : null;
}
