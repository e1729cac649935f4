import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../http/app-type.js';
import { isPerson } from '../http/person.js';
import { HttpProblem } from '../http/problem.js';
import { consolePolicy, setPolicy } from '../http/security-headers.js';

/** What `scripts/build-console.ts` has built. */
const built = fileURLToPath(new URL('../../console/', import.meta.url));

/** Where pages of the console are: each address opens by itself, and the script in the page shows what is there. */
const pages = [
  '/',
  '/actions',
  '/datasets',
  '/datasets/*',
  '/files',
  '/files/*',
  '/flows',
  '/images',
  '/images/*',
  '/quarantine',
  '/runs',
  '/runs/*',
  '/schedules',
  '/schedules/*',
  '/tasks',
  '/tasks/*',
  '/upload',
  '/workers',
  '/workers/*',
];

/** The web console: its pages, and the files that they load, which have their content in their names. */
export async function consoleRoutes(app: App): Promise<void> {
  await app.register(fastifyStatic, {
    root: `${built}assets`,
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    schemaHide: true,
  });
  app.get('/theme.js', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(readBuilt('theme.js')),
  );
  for (const path of pages) app.get(path, { schema: { hide: true } }, (_request, reply) => sendConsole(reply, path));
}

/** Answers an unknown address: people who go to a page get the console, which says so and leads on. */
export function answerUnknownPage(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (!isPerson(request) || request.url.startsWith('/api/')) return undefined;
  return sendConsole(reply.code(404));
}

/**
 * The page that loads the console. Its styles carry a nonce, which is another one each time.
 * @param path which of the pages; its files are named, so that browsers load them together with the main script
 */
function sendConsole(reply: FastifyReply, path?: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return setPolicy(reply, consolePolicy(nonce))
    .type('text/html; charset=utf-8')
    .send(readPage(path).replaceAll('"NONCE"', `"${nonce}"`));
}

const htmlOf = new Map<string | undefined, string>();

/** A page as it is but for its nonce; put together once. */
function readPage(path: string | undefined): string {
  const known = htmlOf.get(path);
  if (known !== undefined) return known;
  const html = readBuilt('index.html').replace('</head>', `${linksOf(path)}</head>`);
  htmlOf.set(path, html);
  return html;
}

/** What the head of a page names beside the files of every page. */
function linksOf(path: string | undefined): string {
  const files: Readonly<Record<string, readonly string[]>> = JSON.parse(readBuilt('pages.json'));
  return ((path !== undefined && files[path]) || [])
    .map(
      (file) =>
        `  <link rel="${file.endsWith('.css') ? 'stylesheet' : 'modulepreload'}" crossorigin href="${file}">\n  `,
    )
    .join('');
}

const texts = new Map<string, string>();

function readBuilt(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  try {
    const text = readFileSync(built + name, 'utf8');
    texts.set(name, text);
    return text;
  } catch (cause) {
    throw new HttpProblem('console-missing', 'the console has not been built; run npm run setup and start again', {
      cause,
    });
  }
}
