import { readFileSync } from 'node:fs';

/** The package's folder, from dist/packages/process on. */
const packageFile = new URL('../../../package.json', import.meta.url);

/** The version of Millrace that this process runs. */
export function readVersion(): string {
  const read: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : 'unknown';
}
