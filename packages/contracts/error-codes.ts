/**
 * The code of an error that has one: of the operating system (`ENOENT`), of Node (`ERR_…`), of PostgreSQL (an
 * SQLSTATE); undefined for anything else.
 */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a file or folder is not there. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';
