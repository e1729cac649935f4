import type { PrismaClient } from '../client.js';
import { type Page, type PageRequest, takePage } from './page.js';

/** A step of a run's body. */
export interface Step {
  readonly key: string;
  /** The attempt that did it. */
  readonly attempt: number;
  readonly output: unknown;
  readonly endedAt: string;
}

/** A run's steps, by key; undefined when the record does not know the run. */
export async function listSteps(
  prisma: PrismaClient,
  runId: string,
  { after, limit }: PageRequest<string>,
): Promise<Page<Step, string> | undefined> {
  const rows = await prisma.step.findMany({
    where: { runId, ...(after === undefined ? {} : { key: { gt: after } }) },
    orderBy: { key: 'asc' },
    take: limit + 1,
  });
  if (rows.length === 0 && (await prisma.run.count({ where: { id: runId } })) === 0) return undefined;
  return takePage(
    rows,
    limit,
    ({ key, attempt, output, endedAt }) => ({ key, attempt, output, endedAt: endedAt.toISOString() }),
    (row) => row.key,
  );
}
