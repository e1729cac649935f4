import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two texts in a time that says nothing about either, lengths included. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
