import type { Static, TSchema } from 'typebox';
import { Check } from 'typebox/value';
import type { Page, PageRequest } from '#database/queries/page.js';
import { unprocessable } from './problem.js';
import { defaultLimit } from './schemas.js';

/** Makes a page's answer: the position where the next page starts becomes an opaque text. */
export function toPage<T, P>(page: Page<T, P>): { items: T[]; nextCursor: string | null } {
  const { items, next } = page;
  return { items, nextCursor: next === undefined ? null : Buffer.from(JSON.stringify(next)).toString('base64url') };
}

/**
 * Which page the query of a list asks for. `position` is the schema of what the list's cursors stand for.
 * @throws HttpProblem 422 when the cursor was not made by `toPage` for such a list
 */
export function readPage<T extends TSchema>(
  position: T,
  query: { readonly cursor?: string; readonly limit?: number },
): PageRequest<Static<T>> {
  return { after: readCursor(position, query.cursor), limit: query.limit ?? defaultLimit };
}

function readCursor<T extends TSchema>(position: T, cursor: string | undefined): Static<T> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Check(position, value)) return value;
  } catch {
    // No JSON: answered below like any other text that is no cursor of this list.
  }
  throw unprocessable([{ path: 'cursor', message: 'must be the nextCursor of an earlier page of the same list' }]);
}
