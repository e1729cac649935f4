import type { PrismaClient } from '../client.js';
import { type Page, type PageRequest, takePage } from './page.js';

/** Which lines of a run's log are wanted. */
export interface LogFilter {
  readonly levels?: readonly string[] | undefined;
  readonly attempt?: number | undefined;
}

/** One line of a run's log. */
export interface LogLine {
  readonly id: string;
  readonly attempt: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
}

/** A run's log, oldest line first; undefined when the record does not know the run. */
export async function listLogs(
  prisma: PrismaClient,
  runId: string,
  filter: LogFilter,
  { after, limit }: PageRequest<string>,
): Promise<Page<LogLine, string> | undefined> {
  const rows = await prisma.log.findMany({
    where: {
      runId,
      ...(filter.levels === undefined ? {} : { level: { in: [...filter.levels] } }),
      ...(filter.attempt === undefined ? {} : { attempt: filter.attempt }),
      ...(after === undefined ? {} : { id: { gt: BigInt(after) } }),
    },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  if (rows.length === 0 && (await prisma.run.count({ where: { id: runId } })) === 0) return undefined;
  return takePage(
    rows,
    limit,
    ({ id, attempt, at, level, message, fields }) => ({
      id: String(id),
      attempt,
      at: at.toISOString(),
      level,
      message,
      fields,
    }),
    (row) => String(row.id),
  );
}
