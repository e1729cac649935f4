// Run by upload-mounts.test.ts in a mount namespace of its own, as root: uploads into an inbox with file systems of their
// own below it, and prints what was answered and what lies there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify } from 'fastify';
import pg from 'pg';
import type { App } from '../../apps/api/http/app-type.js';
import { answerErrors } from '../../apps/api/http/errors.js';
import { compileValidator } from '../../apps/api/http/validation.js';
import { uploadRoutes } from '../../apps/api/routes/api/uploads.js';

/** What one upload came to. */
export interface MountResult {
  readonly status: number;
  readonly detail: string;
  /** All names in the folder, hidden ones included. */
  readonly names: readonly string[];
  /** The file’s content, if it is there. */
  readonly content: string | undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-mounts-'));
const inbox = join(folder, 'inbox');
const mount = (...args: string[]): void => void execFileSync('mount', args, { stdio: 'pipe' });
for (const name of ['tmp', 'full', 'ro', 'bind']) await mkdir(join(inbox, name), { recursive: true });
await mkdir(join(folder, 'elsewhere'));
mount('-t', 'tmpfs', 'none', join(inbox, 'tmp'));
mount('-t', 'tmpfs', '-o', 'size=64k', 'none', join(inbox, 'full'));
mount('-t', 'tmpfs', '-o', 'ro', 'none', join(inbox, 'ro'));
mount('--bind', join(folder, 'elsewhere'), join(inbox, 'bind'));

const app: App = fastify().withTypeProvider<TypeBoxTypeProvider>();
app.setValidatorCompiler(compileValidator);
answerErrors(app);
// Nothing is replaced, so that no connection is made.
await uploadRoutes(app, { config: { inboxDir: inbox }, pool: new pg.Pool() });

async function upload(to: string, content: string, query = ''): Promise<MountResult> {
  const response = await app.inject({
    method: 'POST',
    url: `/api/files?folder=${to}${query}`,
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    payload: `--b\r\ncontent-disposition: form-data; name="f"; filename="a.json"\r\n\r\n${content}\r\n--b--\r\n`,
  });
  const target = join(inbox, to);
  const names = readdirSync(target).sort();
  return {
    status: response.statusCode,
    detail: String(response.json().detail ?? ''),
    names,
    content: names.includes('a.json') ? readFileSync(join(target, 'a.json'), 'utf8') : undefined,
  };
}

const results: Record<string, MountResult> = {
  mounted: await upload('tmp', '1'),
  taken: await upload('tmp', '2'),
  replaced: await upload('tmp', '3', '&overwrite=true'),
  bound: await upload('bind', '1'),
  readOnly: await upload('ro', '1'),
  full: await upload('full', 'x'.repeat(100_000)),
};
await chmod(folder, 0o755);
process.seteuid?.(65_534);
results['forbidden'] = await upload('', '1');
process.seteuid?.(0);
mount('--bind', inbox, inbox);
mount('-o', 'remount,bind,ro', inbox);
results['readOnlyInbox'] = await upload('', '1');
await app.close();
process.stdout.write(`${JSON.stringify({ folder, results })}\n`);
