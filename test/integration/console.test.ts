import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { projectDir } from '../structure/project.js';
import { type TestApi, withApi } from './api-fixture.js';

const asPerson = { accept: 'text/html,application/xhtml+xml' };

const get = (api: TestApi, url: string, headers: Record<string, string> = {}) =>
  api.app.inject({ method: 'GET', url, headers: { host: 'localhost', ...headers } });

/** The addresses that the console's router knows, with something in the place of each parameter. */
const routerPaths = (): string[] =>
  [...readFileSync(join(projectDir, 'apps/console/router.tsx'), 'utf8').matchAll(/path: '([^']+)'/g)].map(
    ([, path = '']) => path.replaceAll(/\$\w+/g, 'some-thing'),
  );

test('each page of the console opens by itself, under a policy with a nonce that nobody can foresee', () =>
  withApi(async (api) => {
    assert.ok(routerPaths().length > 15);
    const nonces = new Set<string | undefined>();
    for (const path of routerPaths()) {
      const { statusCode, headers, body } = await get(api, path, asPerson);
      assert.equal(statusCode, 200, path);
      const policy = String(headers['content-security-policy']);
      const [, nonce] = /style-src 'self' 'nonce-([^']+)'/.exec(policy) ?? [];
      assert.ok(nonce !== undefined && body.includes(`nonce="${nonce}"`), path);
      assert.match(policy, /default-src 'none'; script-src 'self';/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.equal(headers['cache-control'], 'no-store');
      nonces.add(nonce);
    }
    assert.equal(nonces.size, routerPaths().length);
  }));

test('each page names all that its script loads first, so that a browser asks for everything at once', () =>
  withApi(async (api) => {
    const sent = new Map<string, string>();
    const read = async (file: string): Promise<string> => {
      const known = sent.get(file);
      if (known !== undefined) return known;
      const answer = await get(api, file);
      assert.equal(answer.statusCode, 200, file);
      sent.set(file, answer.body);
      return answer.body;
    };
    const scripts = new Set<string>();
    for (const path of routerPaths()) {
      const { body } = await get(api, path, asPerson);
      const named = [...body.matchAll(/<(?:link|script)[^>]* (?:href|src)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(
        ([, file = '']) => file,
      );
      assert.deepEqual(named, [...new Set(named)], path);
      for (const file of named) {
        for (const [, imported = ''] of (await read(file)).matchAll(/\b(?:from|import)"\.\/([\w.-]+\.js)"/g))
          assert.ok(
            named.includes(`/assets/${imported}`),
            `${path}: ${file} imports ${imported}, which it does not name`,
          );
      }
      const own = named.find((file) => /-page-[^/]+\.js$/.test(file));
      // The old address of the gallery leads to another page.
      assert.equal(own === undefined, path === '/images', path);
      if (own !== undefined) scripts.add(own);
    }
    assert.equal(scripts.size, routerPaths().length - 1, 'each page names its own script');
    const unknown = await get(api, '/nothing-here', asPerson);
    assert.doesNotMatch(unknown.body, /-page-/);
  }));

test('the files of the console are sent compressed, and kept by browsers for good, since their names change with them', () =>
  withApi(async (api) => {
    const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec((await get(api, '/')).body) ?? [];
    const plain = await get(api, script);
    assert.equal(plain.statusCode, 200);
    assert.match(String(plain.headers['cache-control']), /max-age=31536000, immutable/);
    const small = await get(api, script, { 'accept-encoding': 'br' });
    assert.equal(small.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(small.rawPayload).toString(), plain.body);
    assert.equal((await get(api, '/assets/none.js')).statusCode, 404);
    assert.equal((await get(api, '/assets/..%2f..%2fapi%2fmain.js')).statusCode, 404);
    assert.equal((await get(api, '/theme.js')).statusCode, 200);
  }));

test('a person who goes to an unknown page gets the console, a program gets a problem', () =>
  withApi(async (api) => {
    const person = await get(api, '/nothing-here', asPerson);
    assert.equal(person.statusCode, 404);
    assert.match(person.body, /<div id="root">/);
    const program = await get(api, '/nothing-here');
    assert.deepEqual([program.statusCode, program.json().code], [404, 'unknown-address']);
    const inApi = await get(api, '/api/nothing-here', asPerson);
    assert.deepEqual([inApi.statusCode, inApi.json().code], [404, 'unknown-address']);
  }));

test('where one has to log in, a person is sent there from every page, and gets no file of the console', () =>
  withApi(
    async (api) => {
      const page = await get(api, '/runs?state=failed', asPerson);
      assert.deepEqual([page.statusCode, page.headers.location], [303, '/login?next=%2Fruns%3Fstate%3Dfailed']);
      const [name = ''] = readdirSync(join(projectDir, 'dist/apps/console/assets')).filter((each) =>
        each.endsWith('.js'),
      );
      assert.equal((await get(api, `/assets/${name}`)).statusCode, 401);
    },
    { apiToken: 'a-token-of-a-test-0123456789' },
  ));

test('nothing in the console names another host', () => {
  const folder = join(projectDir, 'dist/apps/console');
  const loaded = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(html|css)$/.test(name),
  );
  assert.ok(loaded.length >= 2);
  for (const name of loaded)
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /(?:src|href)="https?:|url\(["']?https?:/);
});
