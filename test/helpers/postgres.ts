import { startTestServer } from '#testing/server.js';

let started: Promise<string> | undefined;

/**
 * The address of a PostgreSQL for tests, as its superuser: that of TEST_DATABASE_SERVER, which scripts/test.ts sets so
 * that all test files share one, else one that is started now and ends with this process.
 */
export function testServerUrl(): Promise<string> {
  started ??= process.env['TEST_DATABASE_SERVER']
    ? Promise.resolve(process.env['TEST_DATABASE_SERVER'])
    : startTestServer();
  return started;
}
