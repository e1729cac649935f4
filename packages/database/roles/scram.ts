import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** PostgreSQL's own default (`scram_iterations`). */
const iterations = 4096;

/**
 * What PostgreSQL keeps of a password, so that the password itself is in no statement and in no log of the server.
 * Format: RFC 5803 as in the PostgreSQL manual, "pg_authid"; the derivation is that of RFC 5802.
 * @param password printable ASCII, which SASLprep leaves as it is
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (words: string): Buffer => createHmac('sha256', salted).update(words).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest();
  const texts = [salt, storedKey, keyed('Server Key')].map((bytes) => bytes.toString('base64'));
  return `SCRAM-SHA-256$${iterations}:${texts[0]}$${texts[1]}:${texts[2]}`;
}
