import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Compares two texts in a time that tells nothing about either, lengths included. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** How long a person stays logged in, in seconds. */
export const sessionSeconds = 12 * 60 * 60;

/** Makes and checks the values of the session cookie. */
export interface Sessions {
  /** A new value, good for `sessionSeconds`. */
  issue(): string;
  isValid(value: string): boolean;
}

/**
 * Sessions that need no store: the value is its end and a random part, signed with a key made from the token. It tells
 * nothing of the token, outlives a restart, holds in every API process, and ends for all when the token is changed.
 */
export function signedSessions(token: string, now: () => number = Date.now): Sessions {
  const key = createHmac('sha256', token).update('millrace session').digest();
  const sign = (content: string): string => createHmac('sha256', key).update(content).digest('base64url');
  return {
    issue() {
      const content = `${Math.floor(now() / 1000) + sessionSeconds}.${randomBytes(16).toString('base64url')}`;
      return `${content}.${sign(content)}`;
    },
    isValid(value) {
      const [end = '', random = '', signature = ''] = value.split('.');
      return sameSecret(signature, sign(`${end}.${random}`)) && Number(end) > now() / 1000;
    },
  };
}
