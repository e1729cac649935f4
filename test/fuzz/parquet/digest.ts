import { createHash } from 'node:crypto';
import type { Values } from './outcome.js';

/** The type of values and their number, and the start of a hash over them. */
export function digestOf(columns: readonly Values[]): string {
  const hash = createHash('sha256').update(JSON.stringify(columns)).digest('hex').slice(0, 16);
  return `${columns[0]?.length ?? 0} rows ${hash}`;
}
