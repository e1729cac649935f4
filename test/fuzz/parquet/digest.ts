import { createHash } from 'node:crypto';
import type { Values } from './outcome.js';

/** The number of rows, and the start of a hash over their values. */
export function digestOf(columns: readonly Values[]): string {
  const rows = columns[0]?.length ?? 0;
  // Readers differ in whether a table without rows has columns.
  if (rows === 0) return '0 rows';
  return `${rows} rows ${createHash('sha256').update(JSON.stringify(columns)).digest('hex').slice(0, 16)}`;
}
