import { codeOf } from '#contracts/error-codes.js';

/**
 * The SQLSTATE of an error from PostgreSQL, if it is one. Unlike codes of the system (`EPIPE`) each has a digit.
 * Source: PostgreSQL manual, appendix "Error Codes".
 */
export function sqlState(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Classes 22 (data exception) and 23 (integrity constraint): the row is at fault, another try will not help. */
export function isDataError(error: unknown): error is Error {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}

const connectionCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);

/** The database is away, restarting or threw this session out: nothing about the work itself is wrong. */
export function isConnectionError(error: unknown): boolean {
  const state = sqlState(error);
  // 08 connection exception, 57P01–03 shutdown/crash/starting up, 53300 too many connections
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P') || state === '53300';
  if (!(error instanceof Error)) return false;
  if (connectionCodes.has(codeOf(error) ?? '')) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/i.test(
    error.message,
  );
}
