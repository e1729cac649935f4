import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { openPrisma } from '#database/client.js';
import { pendingMigrations } from '#database/migrations/apply.js';
import { openLiveSettings } from '#database/settings/live-settings.js';
import { type ImageRendering, RenderedImages } from '#faces/render/rendered-images.js';
import { FrameReader } from '#footage/frame-reader.js';
import type { Logger } from '#process/log.js';
import { type Carrier, openCarrier } from '#queue/carrier.js';
import { buildApp } from '../../apps/api/app.js';
import type { ApiDeps } from '../../apps/api/deps.js';
import type { App } from '../../apps/api/http/app-type.js';
import { problemType } from '../../apps/api/http/problem.js';
import { problemCodes, problemTypes } from '../../apps/api/http/problems/problem-types.js';
import { withTestDatabase } from '../helpers/database.js';

/** The API on a database and an inbox of its own. */
export interface TestApi {
  readonly app: App;
  readonly pool: pg.Pool;
  /** Of its database. */
  readonly url: string;
  readonly carrier: Carrier;
  readonly inbox: string;
  readonly dataDir: string;
  /** What it was built with: `buildApp(deps)` is another process of the same API. */
  readonly deps: ApiDeps;
  /** The lines of its log, as they were written. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** Asks and expects JSON. */
  ask(url: string, options?: AskOptions): Promise<Answer>;
}

interface AskOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** An answer with its JSON body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** Runs a test against the API, without a token unless one is given. */
export async function withApi(
  work: (api: TestApi) => Promise<void>,
  options: {
    readonly apiToken?: string;
    readonly redisUrl?: string;
    readonly deps?: Partial<ApiDeps>;
    readonly config?: Partial<ApiDeps['config']>;
    /** How patient the API is with clients, where it matters to the test. */
    readonly limits?: Partial<ApiDeps['limits']>;
    /** What renders images, and how many bytes of them are kept. */
    readonly images?: { readonly renderer: ImageRendering; readonly maxBytes: number };
  } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-api-'));
  const inbox = join(folder, 'inbox');
  await withTestDatabase(async ({ url, pool }) => {
    const prisma = openPrisma(pool);
    const carrier = openCarrier({ databaseUrl: url, redisUrl: options.redisUrl }, 'http', () => {});
    const images = new RenderedImages({
      cache: {
        folder: join(folder, 'cache', 'pictures'),
        maxBytes: options.images?.maxBytes ?? 2 ** 20,
        onError: (error) => console.error('the image cache failed', error),
      },
      ...(options.images ? { renderer: options.images.renderer } : {}),
    });
    const frames = new FrameReader();
    const settings = openLiveSettings(pool, options.deps?.catalogue ?? (await loadCatalogue()));
    const logged: Record<string, unknown>[] = [];
    const deps: ApiDeps = {
      config: {
        host: '127.0.0.1',
        inboxDir: inbox,
        dataDir: folder,
        footageDir: join(folder, 'footage'),
        queueActions: 'off',
        reconcileIntervalMs: 500,
        accessLog: 'off',
        ...(options.apiToken === undefined ? {} : { apiToken: options.apiToken }),
        ...options.config,
      },
      limits: {
        maxConnections: 100,
        maxListeners: 50,
        clientIdleMs: 30_000,
        clientBytesPerSecond: 1_000,
        requestLimitMs: 60_000,
        uploadLimitMs: 600_000,
        exportLimitMs: 600_000,
        ...options.limits,
      },
      log: testLog(logged),
      pool,
      prisma,
      carrier,
      settings,
      images,
      frames,
      pendingMigrations: () => pendingMigrations(pool),
      ...options.deps,
      catalogue: settings.catalogue,
    };
    const app = await buildApp(deps);
    const ask = async (path: string, { method = 'GET', body, headers = {} }: AskOptions = {}): Promise<Answer> => {
      const response = await app.inject({
        method,
        url: path,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const answer = {
        status: response.statusCode,
        headers: response.headers,
        body: response.body === '' ? undefined : response.json(),
      };
      if (String(response.headers['content-type']).startsWith(problemType)) assertProblem(answer.body, answer.status);
      return answer;
    };
    try {
      await work({ app, pool, url, carrier, inbox, dataDir: folder, deps, logged, ask });
    } finally {
      await app.close();
      await images.close();
      await frames.close();
      await carrier.close();
      await prisma.$disconnect();
    }
  }).finally(() => rm(folder, { recursive: true, force: true }));
}

/** Checks that a problem is one of the catalogue, with the status, title and type of its code. */
export function assertProblem(body: Answer['body'], status: number): void {
  const code = problemCodes.find((each) => each === body.code);
  assert.ok(code !== undefined, `expected a code of the catalogue, got ${JSON.stringify(body)}`);
  assert.equal(body.status, status);
  assert.equal(body.status, problemTypes[code].status);
  assert.equal(body.title, problemTypes[code].title);
  assert.equal(body.type, `/docs/problems#${code}`);
}

/** Gathers the lines; TEST_LOG_LEVEL shows them as well. */
function testLog(lines: Record<string, unknown>[]): Logger {
  const shown = process.env['TEST_LOG_LEVEL'];
  const write = (line: string): void => {
    lines.push(JSON.parse(line));
    if (shown !== undefined) process.stdout.write(line);
  };
  return pino({ level: shown ?? 'info' }, { write });
}

/** Reads a list to its end, page by page. */
export async function readAll(api: TestApi, url: string, limit: number): Promise<Answer['body'][]> {
  const items: Answer['body'][] = [];
  let cursor: string | null = null;
  do {
    const separator = url.includes('?') ? '&' : '?';
    const { status, body } = await api.ask(
      `${url}${separator}limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    if (status !== 200) throw new Error(`${url} answered ${status}: ${JSON.stringify(body)}`);
    if (body.items.length > limit) throw new Error(`${url} gave ${body.items.length} items for a limit of ${limit}`);
    items.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return items;
}

/** A file to put in the ledger; what is left out has a usual value. */
export interface SeedFile {
  readonly path: string;
  readonly source?: string | null;
  readonly state?: string;
  readonly sha256?: string | null;
  readonly version?: number;
  readonly current?: boolean;
  readonly code?: string;
  readonly reason?: string;
  readonly rows?: number;
  readonly runId?: string;
  readonly attempt?: number;
}

/** Puts a file in the ledger. @returns its id */
export async function seedFile(pool: pg.Pool, file: SeedFile): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO ops.file (path, source, state, sha256, version, current, size, mtime_ns, code, reason, rows, run_id, attempt)
     VALUES ($1, $2, $3, $4, $5, $6, 100, 1700000000123456789, $7, $8, $9, $10, $11) RETURNING id`,
    [
      file.path,
      file.source === undefined ? 'objects-detection' : file.source,
      file.state ?? 'loaded',
      file.sha256 === undefined ? file.path.padEnd(64, '0') : file.sha256,
      file.version ?? 1,
      file.current ?? true,
      file.code ?? null,
      file.reason ?? null,
      file.rows ?? null,
      file.runId ?? null,
      file.attempt ?? null,
    ],
  );
  return rows[0]?.id ?? '';
}
